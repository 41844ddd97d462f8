"""Studies: where searches are kept between processes, journal files or PostgreSQL.

Here: opening a storage of Optuna's, and outlasting its server's restart.
Not here: what is searched and what a trial is (domain/search).
How to: no page; a change here is a change of a rule.
"""
