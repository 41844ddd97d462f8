"""Studies on PostgreSQL: Optuna's tables in a schema of their own."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from traderai_assets.domain.errors import InvalidSettings, LakeError
from traderai_assets.domain.plain_text import plain_line
from traderai_assets.domain.urls import has_secret

if TYPE_CHECKING:
    from optuna.storages import RDBStorage

# Optuna and Dagster both keep a table `alembic_version`: in one schema they would read each other's
SCHEMA = "traderai_studies"
# Any number, so long as everybody takes the same
_SET_UP_LOCK = 7_250_641_390
# A search writes one statement at a time; a spare one for what looks on
_ENGINE = {
    "pool_size": 1,
    "max_overflow": 2,
    "pool_pre_ping": True,
    "pool_recycle": 1_800,
}


def check_no_secret(uri: str) -> None:
    """Raise InvalidSettings, without repeating it, if there is a password in `uri`."""
    if has_secret(uri):
        raise InvalidSettings(
            f"studies.uri for host {urlsplit(uri).hostname} holds a password; leave it out and set "
            "PGPASSWORD, or PGPASSFILE, in the environment"
        )


def open_database(uri: str, schema: str = SCHEMA) -> "RDBStorage":
    """Connect, and make the tables where there are none.

    Parameters
    ----------
    uri : str
    schema : str
        Holds the tables; each strategy has one of its own.

    Raises
    ------
    InvalidSettings
        If the URI holds a password.
    LakeError
        If the database does not answer.
    """
    from sqlalchemy.exc import SQLAlchemyError

    from resources.database.retry import OPENING_RETRY_SECONDS, wait_out

    check_no_secret(uri)
    url = "postgresql+psycopg2://" + uri.partition("://")[2]
    try:
        return wait_out(OPENING_RETRY_SECONDS, lambda: _set_up(url, schema))
    except SQLAlchemyError as error:
        raise LakeError(
            f"studies on PostgreSQL at {urlsplit(uri).hostname or 'PGHOST'} cannot be opened "
            f"({type(error.__cause__ or error).__name__}: {plain_line(error.__cause__ or error)})"
            "; check that it runs and that PGPASSWORD is set, then run again"
        ) from error


def _set_up(url: str, schema: str) -> "RDBStorage":
    from sqlalchemy import create_engine, text
    from sqlalchemy.pool import NullPool

    from resources.studies.patient_storage import PatientStorage

    arguments = {"options": f"-csearch_path={schema}", "connect_timeout": 10}
    engine = create_engine(url, poolclass=NullPool, connect_args=arguments)
    with engine.connect() as connection:
        # Two that make the same tables at the same time would get in each other's way
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _SET_UP_LOCK})
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {schema}"))
        connection.commit()  # The lock stays: it is the session's
        return PatientStorage(url, engine_kwargs=_ENGINE | {"connect_args": arguments})
