"""How a live tick ended: in a line on its run, and as data on its output."""

from collections.abc import Mapping, Sequence

import dagster as dg

from traderai_assets.domain.progress_line import FINISHED, ProgressLine

_NAMED = 5
_SHOWN = 300


def tell_summary(
    context: dg.OpExecutionContext,
    markets: Sequence[str],
    troubled: Mapping[str, Exception],
    counts: Mapping[str, int],
) -> None:
    """Say it.

    Parameters
    ----------
    context : OpExecutionContext
    markets : sequence of str
        Keys of all that the run was for.
    troubled : mapping of str to Exception
        What went wrong with which of them.
    counts : mapping of str to int
        How many events were told of each table.
    """
    text = f"{len(markets) - len(troubled)} of {len(markets)} markets"
    if troubled:
        text += f", trouble with {', '.join(sorted(troubled)[:_NAMED])}"
    context.instance.add_run_tags(context.run_id, ProgressLine(text, 100, FINISHED).tags())
    told = {market: f"{type(e).__name__}: {e}"[:_SHOWN] for market, e in troubled.items()}
    context.add_output_metadata(
        {
            "markets": len(markets),
            **{f"{name}_told": count for name, count in counts.items()},
            **({"troubles": dg.MetadataValue.json(told)} if told else {}),
        }
    )
