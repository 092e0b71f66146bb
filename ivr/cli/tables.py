"""Tables that can be read, and copied from, on a terminal of eighty columns."""

from collections.abc import Collection, Mapping, Sequence

from rich.table import Table
from rich.text import Text

from ivr.printing import clock


def table(
    rows: Sequence[Mapping[str, str]],
    *,
    whole: Collection[str] = (),
    right: Collection[str] = (),
) -> Table:
    """
    Lay out *rows*, which all have the same titles; a column where nothing stands is left out.

    Args:
        rows: At least one.
        whole: Titles of columns that are never broken or cut, such as what one types again.
        right: Titles of columns that are aligned to the right.
    """
    found = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    shown = [title for title in rows[0] if any(row[title] for row in rows)]
    for title in shown:
        found.add_column(
            title,
            justify="right" if title in right else "left",
            overflow="fold",
            no_wrap=title in whole,
        )
    for row in rows:
        found.add_row(*(Text(row[title]) for title in shown))  # as a text it is no markup
    return found


def minutes(seconds: float) -> str:
    """Write a duration as on a clock, `1:05`, or `2:01:05`."""
    return clock(round(seconds))
