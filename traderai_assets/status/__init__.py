"""The state of runs, queue, trainings, markets and gate, as plain values for screens and programs.

Here: what is read of instance and lake, one file a subject.
Not here: how it is printed (cli/status), what is done about it (instance, sensors).
How to: no page; a change here is a change of a rule.
"""
