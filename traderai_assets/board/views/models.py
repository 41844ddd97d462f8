"""Models: the registry, one model's card, and two side by side."""

from collections.abc import Iterator, Mapping
from itertools import islice, pairwise
from typing import Any

from traderai_assets.board.sections import cells, section
from traderai_assets.board.views.asked import Asked
from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.metrics.catalogue import OF_MODELS
from traderai_assets.pages.parts import (
    Cell,
    Link,
    Number,
    Numbers,
    Page,
    Part,
    Table,
    Toned,
    Words,
)
from traderai_assets.registry.model_comparison import compared_models
from traderai_assets.registry.model_list import model_card, model_rows, stored_models
from traderai_assets.registry.stored_models import StoredModel, find_model
from traderai_assets.schemas.models import MODELS
from traderai_assets.strategies import strategies_of

# Of all strategies and markets together, the newest of each first
MOST_SHOWN = 200
COLUMNS = (
    *("model", "market", "strategy", "served", "speaks", "compare", "made at", "generation"),
    *("references", "verdict"),
)
_SANE, _NOT = "sane", "not"


def models_page(asked: Asked) -> Page:
    """Return the page of the registry."""
    return asked.page(
        "Models",
        "Every stored model, the newest of each strategy and market first.",
        [section("models", "Registry", lambda: _registry(asked))],
    )


def model_page(asked: Asked) -> Page:
    """Return the page of one model, by its id or the beginning of it."""
    sources = asked.sources
    found = find_model(sources.lake, asked.named["model"], strategies_of(sources.settings))
    return asked.page(
        f"Model {found.model_id[:12]}",
        f"Of {found.strategy.name} for {found.market.key}, made for {found.served.key}.",
        [section("card", "Card", lambda: _card(asked, found))],
    )


def comparison_page(asked: Asked) -> Page:
    """Return the page of two models, what differs first.

    Raises
    ------
    InvalidInput
        If the query does not name two, or one of them is not stored.
    """
    names = [asked.query.get(name, "") for name in ("one", "other")]
    if not all(names):
        raise InvalidInput("two models are compared: /models/compare?one=ID&other=ID")
    sources = asked.sources
    every = strategies_of(sources.settings)
    one, other = (find_model(sources.lake, name, every) for name in names)
    return asked.page(
        f"{one.model_id[:12]} beside {other.model_id[:12]}",
        "What differs first; and which of them forecast better where both saw nothing.",
        [section("comparison", "Side by side", lambda: _comparison(asked, one, other))],
    )


def _registry(asked: Asked) -> Iterator[Part]:
    sources = asked.sources
    stored, shown = _newest(asked)
    rows = model_rows(sources.settings, sources.lake, sources.instance, shown)
    before = {
        newer.model_id: older.model_id
        for newer, older in pairwise(shown)
        if (newer.market, newer.strategy) == (older.market, older.strategy)
    }
    yield Numbers(
        [
            Number("stored", str(stored)),
            Number("speak", str(sum(row["speaks"] != _NOT for row in rows))),
            Number("not sane", str(sum(row["verdict"] != _SANE for row in rows))),
        ]
    )
    made = [
        _row(row, model, before.get(model.model_id)) for row, model in zip(rows, shown, strict=True)
    ]
    left = stored - len(shown)
    note = f'and {left} more; "traderai models list" lists all' if left else ""
    empty = "no model is stored yet; the job train makes one"
    yield Table(
        "models",
        "Newest first; references are rows that name it",
        COLUMNS,
        made,
        note=note,
        empty=empty,
    )


def _newest(asked: Asked) -> tuple[int, list[StoredModel]]:
    """Return how many models are stored, and of each strategy and market equally many newest."""
    lake = asked.sources.lake
    of = [
        (strategy, market)
        for strategy in strategies_of(asked.sources.settings)
        for market in lake.of(strategy).snapshot(MODELS).markets()
    ]
    stored = sum(lake.of(strategy).snapshot(MODELS).rows(market) for strategy, market in of)
    each = max(1, MOST_SHOWN // max(len(of), 1))
    # Read one by one: a model's row holds the model
    shown = [
        model
        for strategy, market in of[:MOST_SHOWN]
        for model in islice(stored_models(lake, [strategy], market), each)
    ]
    return stored, shown


def _row(row: Mapping[str, Any], model: StoredModel, before: str | None) -> list[Cell]:
    compared = f"/models/compare?one={model.model_id}&other={before}"
    return [
        Link(row["model"], f"/models/{model.model_id}"),
        Link(row["market"], f"/markets/{row['market']}"),
        Link(row["strategy"], f"/strategies/{row['strategy']}"),
        row["served"],
        Toned("", "plain") if row["speaks"] == _NOT else Toned(row["speaks"], "good"),
        Link("with the one before", compared) if before else None,
        row["made_at"],
        row["generation"],
        row["rows_referring"],
        Toned(row["verdict"], "good" if row["verdict"] == _SANE else "warn"),
    ]


def _card(asked: Asked, model: StoredModel) -> Iterator[Part]:
    sources = asked.sources
    card = model_card(sources.settings, sources.lake, sources.instance, model)
    sane = card["verdict"] == _SANE
    yield Numbers(
        [
            Number("verdict", card["verdict"], "", "good" if sane else "warn"),
            Number("speaks", card["speaks"]),
            Number("rows learned from", str(card["training_rows"])),
            Number("folds", str(card["folds"])),
            Number("features", str(card["features"])),
        ]
    )
    yield Words([card["verdict_reason"]])
    yield Link("Its whole report, one file", f"/report/model/{model.model_id}")
    about = ("model", "served", "generation", "made_at", "learned_from", "learned_until")
    yield Table("about", "What it is", ("", "is"), [[name, card[name]] for name in about])
    yield _metrics(card["metrics"])
    for name, title in (("chosen", "What was chosen"), ("referred_by", "Rows that refer to it")):
        pairs = [[key, str(value)] for key, value in card[name].items()]
        yield Table(name, title, ("of", "is"), pairs, empty="nothing")
    notes = cells(card["notes"], {"at": "at", "by": "by", "note": "text"})
    empty = f'nobody noted anything; "traderai models note {model.model_id[:12]} TEXT" does'
    yield Table("notes", "Notes", ("at", "by", "note"), notes, empty=empty)


def _metrics(metrics: Mapping[str, float | None]) -> Table:
    rows: list[list[Cell]] = [
        [metric.name, metrics[metric.name], metric.unit.name, metric.meaning]
        for metric in OF_MODELS
    ]
    return Table("metrics", "Out of sample", ("metric", "value", "unit", "what it is"), rows)


def _comparison(asked: Asked, one: StoredModel, other: StoredModel) -> Iterator[Part]:
    rows, sentence = compared_models(asked.sources.lake, one, other)
    yield Words([sentence])
    columns = [*(rows[0] if rows else {"of": ""})]
    made: list[list[Cell]] = [
        [*(row[name] for name in columns[:-1]), Toned(row["differs"], "warn")]
        if row["differs"]
        else [row[name] for name in columns]
        for row in rows
    ]
    yield Table("comparison", "Facts", columns, made)
