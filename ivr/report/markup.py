"""Pieces of the page; every text that is not ours passes `text`."""

import html
from collections.abc import Iterable, Mapping, Sequence

from ivr.report.figures import Behind

FEW_TO_SAY = "too few to say"


def text(plain: object) -> str:
    """Write *plain* so that nothing in it is markup."""
    return html.escape(str(plain))


def section(name: str, title: str, lead: str, *rest: str) -> str:
    """Write one part of the page; *lead* is the plain sentence it begins with, as HTML."""
    body = "\n".join(part for part in rest if part)
    return (
        f'<section id="{text(name)}">\n<h2>{text(title)}</h2>\n'
        f'<p class="lead">{lead}</p>\n{body}\n</section>\n'
    )


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, caption: str = "") -> str:
    """
    Write a table; its first column names the rows.

    Args:
        heads: Titles, as plain text; one that ends with `#` heads a column of numbers.
        rows: Cells, as HTML.
        caption: For readers who do not see how it is placed.
    """
    numbers = [head.endswith("#") for head in heads]
    titles = "".join(
        f'<th scope="col"{_right(right)}>{text(head.removesuffix("#"))}</th>'
        for head, right in zip(heads, numbers, strict=True)
    )
    body = "".join(_row(row, numbers) for row in rows)
    shown = f"<caption>{text(caption)}</caption>" if caption else ""
    return (
        f'<div class="wide" role="region" tabindex="0" aria-label="{text(heads[0])}">'
        f"<table>{shown}<thead><tr>{titles}</tr></thead>\n"
        f"<tbody>\n{body}</tbody></table></div>"
    )


def _row(cells: Sequence[str], numbers: Sequence[bool]) -> str:
    first, *others = cells
    rest = "".join(
        f"<td{_right(right)}>{cell}</td>" for cell, right in zip(others, numbers[1:], strict=True)
    )
    return f'<tr><th scope="row">{first}</th>{rest}</tr>\n'


def _right(right: bool) -> str:  # noqa: FBT001 - one of a list of flags
    return ' class="n"' if right else ""


class Links:
    """Leads from numbers to the calls behind them."""

    def __init__(self, behind: Mapping[str, Behind]) -> None:
        self._behind = behind

    def count(self, number: int, *key: str) -> str:
        """Write *number*, linked to the calls that stand under *key*, if any do."""
        name = "-".join(key)
        written = whole(number)
        if not number or name not in self._behind:
            return written
        return f'<a href="#{anchor(name)}">{written}</a>'


def anchor(name: str) -> str:
    """Name the place of the page where the calls under *name* are listed."""
    return text(f"calls-{name}")


def whole(number: float) -> str:
    """Write a whole number, `12,345`."""
    return f"{number:,.0f}"


def percent(count: int, of: int) -> str:
    """Write a share; `-` of nothing."""
    return f"{100 * count / of:.0f}%" if of else "-"


def seconds(value: float | None) -> str:
    """Write a duration, `0.42 s`, `38 s`, `4:05 min`."""
    if value is None:
        return "-"
    if value < 10:  # noqa: PLR2004 - below it hundredths can be told apart
        return f"{value:.2f} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes}:{rest:02} min" if minutes > 1 else f"{60 * minutes + rest} s"


def counted(number: int, one: str, many: str = "") -> str:
    """Write how many there are, such as `1 call`, `3 calls`."""
    return f"{whole(number)} {one if number == 1 else many or one + 's'}"
