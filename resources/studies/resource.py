"""The studies as a Dagster resource: where a search is kept, and that it is forgotten."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg
from pydantic import Field, PrivateAttr

from traderai_assets.domain.errors import InvalidSettings, LakeError
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.domain.search.names import month_of, place_of, study_prefix
from traderai_assets.domain.strategies.strategy import Strategy

if TYPE_CHECKING:
    from optuna.storages import BaseStorage

POSTGRES = "postgresql://"


class StudiesResource(dg.ConfigurableResource["StudiesResource"]):
    """Optuna storages: journal files in a local folder, or PostgreSQL."""

    uri: str = Field(
        repr=False,
        description="Folder of the journals, or postgresql://user@host/database; what it leaves "
        "out, as its password must be, comes from PGPASSWORD, PGHOST and so on.",
    )

    # Of the strategy whose searches these are; empty where there is one without a name
    _folder: str = PrivateAttr(default="")

    def of(self, strategy: Strategy) -> "StudiesResource":
        """Return the studies of one strategy: two may search for one market and month at once."""
        if strategy.folder == self._folder:
            return self
        own = type(self)(**self.model_dump())
        own._folder = strategy.folder  # noqa: SLF001  # Its own
        return own

    def storage(self, market_key: str, month_key: str) -> "BaseStorage":
        """Open what is kept of a market's searches for one served month.

        A journal is one file per market and month; on PostgreSQL all share the same tables.

        Raises
        ------
        InvalidSettings
            If `uri` is neither, or holds a password.
        LakeError
            If it cannot be read or written, naming the file or host and the way out.
        """
        from optuna.storages import JournalStorage

        from resources.studies.journal import Journal

        _check_keys(market_key, month_key)
        if self._is_database():
            return self._database()
        return JournalStorage(Journal(self._journal(market_key, month_key)))

    def continued(self, market_key: str, month_key: str, *studies: str) -> "BaseStorage":
        """Open the storage for one training: its own studies stay, those of earlier ones go.

        A journal is read whole when it is opened, and what an earlier training tried is in its
        model's card. The refits of a search month come after it, so its studies stay until a later
        month is searched; then those of all months before go. Months that a backfill goes back to
        take nothing from later ones.

        Parameters
        ----------
        market_key, month_key
            The market, and the month that is searched.
        studies : str
            Names of the training's own studies, or beginnings of them.
        """
        storage = self.storage(market_key, month_key)
        if not any(kept.study_name.startswith(studies) for kept in storage.get_all_studies()):
            for month in (*self._months_before(market_key, month_key), month_key):
                self.remove(market_key, month)
            storage = self.storage(market_key, month_key)
        return storage

    def remove(self, market_key: str, month_key: str) -> None:
        """Forget a market's searches for one served month; one at work ends with an error."""
        _check_keys(market_key, month_key)
        if not self._is_database():
            path = self._journal(market_key, month_key)
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise LakeError(f"{path} cannot be removed ({error.strerror})") from error
            return
        storage = self._database()
        for study in storage.get_all_studies():
            if study.study_name.startswith(study_prefix(market_key, month_key)):
                storage.delete_study(storage.get_study_id_from_name(study.study_name))

    def forget(self, market_key: str | None = None) -> None:
        """Forget all searches of this strategy, or those for one market."""
        for market, month in sorted(self._kept()):
            if market_key in (None, market):
                self.remove(market, month)

    def _kept(self) -> set[tuple[str, str]]:
        """Markets and months of which searches are kept."""
        if self._is_database():
            return {place_of(study.study_name) for study in self._database().get_all_studies()}
        found = (Path(self.uri) / self._folder).glob("*.journal")
        named = (path.name.removesuffix(".journal").rpartition(".") for path in found)
        return {(market, month) for market, _, month in named}

    def _months_before(self, market_key: str, month_key: str) -> list[str]:
        """Months before one of which searches of the market are kept, oldest first."""
        if self._is_database():
            names = [study.study_name for study in self._database().get_all_studies()]
            found = {month_of(name, market_key) for name in names} - {None}
        else:
            of_market = re.compile(rf"{re.escape(market_key)}\.(\d{{4}}-\d\d)\.journal")
            names = [path.name for path in (Path(self.uri) / self._folder).iterdir()]
            found = {kept[1] for name in names if (kept := of_market.fullmatch(name))}
        return sorted(month for month in found if month is not None and month < month_key)

    def _journal(self, market_key: str, month_key: str) -> Path:
        return Path(self.uri) / self._folder / f"{market_key}.{month_key}.journal"

    def _database(self) -> "BaseStorage":
        from resources.studies.database import SCHEMA, open_database

        return open_database(self.uri, "_".join(filter(None, (SCHEMA, self._folder))))

    def _is_database(self) -> bool:
        if "://" in self.uri and not self.uri.startswith(POSTGRES):
            raise InvalidSettings(
                f"studies.uri begins with {self.uri.partition('://')[0]}://; expected a local "
                f"folder or {POSTGRES}user@host/database"
            )
        return self.uri.startswith(POSTGRES)


def _check_keys(market_key: str, month_key: str) -> None:
    Market.parse(market_key)
    Month.parse(month_key)
