"""Answering one statement: DuckDB, shut off from files and network, over relations it names."""

import difflib
from collections.abc import Mapping
from typing import TYPE_CHECKING

from traderai_assets.domain.errors import InvalidInput
from traderai_assets.query.relation import Relation

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

_SHUT_OFF = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",
}
_WAY_OUT = '"traderai sql --tables" lists them'


class Engine:
    """Answers statements about relations.

    Parameters
    ----------
    relations : mapping of str to Relation
        By name; only those that a statement names are read.
    """

    def __init__(self, relations: Mapping[str, Relation]) -> None:
        self._relations = relations
        self._connection = _connection()
        self._known: set[str] = set()

    def answer(self, statement: str) -> "DuckDBPyRelation":
        """Return what a statement selects; it lasts as long as the engine.

        Raises
        ------
        InvalidInput
            If it is not exactly one SELECT, names what there is not, or is no SQL.
        """
        import duckdb

        try:
            self._refuse_all_but_one_select(statement)
            for name in sorted(self._connection.get_table_names(statement)):
                self._register(name.lower())  # As DuckDB itself, which asks for no case
            answer = self._connection.sql(statement)
        except duckdb.Error as error:
            raise InvalidInput(f"the statement cannot be answered: {error}") from error
        if answer is None:
            raise InvalidInput("the statement selects nothing; expected a SELECT")
        return answer

    def close(self) -> None:
        """Forget all that was read."""
        self._connection.close()

    def _refuse_all_but_one_select(self, statement: str) -> None:
        from duckdb import ExpectedResultType, StatementType

        found = self._connection.extract_statements(statement)
        kinds = [one.type for one in found]
        if kinds != [StatementType.SELECT]:
            told = ", ".join(kind.name for kind in kinds) or "nothing"
            raise InvalidInput(
                f"the statement is {told}; expected one SELECT: what is stored is only read here"
            )
        if found[0].expected_result_type != [ExpectedResultType.QUERY_RESULT]:
            raise InvalidInput("the statement changes something; expected one SELECT")

    def _register(self, name: str) -> None:
        if name in self._known:
            return
        relation = self._relations.get(name)
        if relation is None:
            near = difflib.get_close_matches(name, self._relations, n=3)
            meant = f" (is it {' or '.join(near)}?)" if near else ""
            raise InvalidInput(f"there is no table {name[:60]!r}{meant}; {_WAY_OUT}")
        self._connection.register(name, relation.read())
        self._known.add(name)


def _connection() -> "DuckDBPyConnection":
    import duckdb

    connection = duckdb.connect(":memory:", config=dict(_SHUT_OFF))
    connection.execute("SET TimeZone = 'UTC'")
    # No statement can undo any of this
    connection.execute("SET lock_configuration = true")
    return connection
