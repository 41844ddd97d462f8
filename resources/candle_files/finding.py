"""Finding: which file of a folder holds a market's candles, by its name."""

from pathlib import Path

from traderai_assets.domain.candles.file_names import (
    FORMS,
    FUTURES,
    form_of,
    kind_of,
    pair_of,
    read_name,
)
from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.markets import Market

_MOST_NAMED = 5


def candle_file(place: Path, market: Market) -> Path:
    """Return the file of a market's candles.

    Parameters
    ----------
    place : Path
        The file, or a folder: of files, of Freqtrade's `futures`, or of exchanges' folders.
    market : Market

    Raises
    ------
    InvalidInput
        If there is none, there are several, or the file is another market's by its name.
    """
    if place.is_dir():
        return _in_folder(place, market)
    if not place.exists():
        raise InvalidInput(f"there is no {place}; expected a file of candles, or a folder of them")
    _require_form(place)
    named = read_name(place.name)
    if named is not None and not named.is_of(market):
        told = f"{named.pair} in {named.timeframe}" + (f", {named.kind}" if named.kind else "")
        raise InvalidInput(
            f"{place} holds {told} by its name, and {market.key} was asked for, whose file is "
            f"{_expected(market)}; name the other market with --market, or another file"
        )
    return place


def _in_folder(folder: Path, market: Market) -> Path:
    inside = [folder, folder / market.exchange]
    places = [*inside, *(place / FUTURES for place in inside)]
    files = [file for place in places if place.is_dir() for file in sorted(place.iterdir())]
    named = [(file, read_name(file.name)) for file in files if file.is_file()]
    found = [file for file, name in named if name is not None and name.is_of(market)]
    if len(found) > 1:
        raise InvalidInput(
            f"{folder} holds candles of {market.key} {len(found)} times: "
            f"{', '.join(str(file.relative_to(folder)) for file in found)}; name the file"
        )
    if not found:
        others = [file.name for file, name in named if name is not None]
        shown = ", ".join(others[:_MOST_NAMED]) + (", ..." if len(others) > _MOST_NAMED else "")
        raise InvalidInput(
            f"{folder} holds no candles of {market.key}, a file such as {_expected(market)}; it "
            f"holds {shown or 'no file of candles'}"
        )
    return found[0]


def _expected(market: Market) -> str:
    kind = kind_of(market)
    return f"{pair_of(market)}-{market.timeframe}{f'-{kind}' if kind else ''}.feather"


def _require_form(file: Path) -> None:
    if form_of(file.name) is not None:
        return
    way_out = (
        "freqtrade's own convert-data --format-from hdf5 --format-to feather makes one of it"
        if file.suffix in {".h5", ".hdf5"}
        else "see docs/how-to/freqtrade.md"
    )
    raise InvalidInput(f"{file} ends with none of {', '.join(FORMS)}; {way_out}")
