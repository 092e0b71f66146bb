"""Pictures of figures, drawn as inline SVG without any text in them: labels are HTML, and wrap."""

from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate

from ivr.report.markup import text, whole
from ivr.report.period import Hour
from ivr.report.words import DAYS, clock

INK = "#1d4e89"
_SCALE = ("#f3f7fb", "#dce9f5", "#b9d3ea", "#8ab4d8", "#5590c0", "#2b6ca3", "#1d4e89")
"""From few to many; it stays in order when printed in grey."""
_LIGHT_TEXT = 4  # from this step of the scale on black cannot be read
_WIDTH, _HEIGHT = 1000, 160


def bars(values: Sequence[float], *, says: str, labels: Sequence[str] = ()) -> str:
    """
    Draw one bar a value.

    Args:
        values: In order.
        says: The picture in a sentence, for those who do not see it.
        labels: What stands below, evenly spread.
    """
    top = max(values, default=0) or 1
    step = _WIDTH / max(1, len(values))
    drawn = "".join(
        f'<rect x="{step * n + step * 0.1:.1f}" y="{_HEIGHT * (1 - value / top):.1f}" '
        f'width="{step * 0.8:.1f}" height="{_HEIGHT * value / top:.1f}" fill="{INK}"/>'
        for n, value in enumerate(values)
    )
    below = "".join(f"<span>{text(label)}</span>" for label in labels)
    return (
        f'<figure class="bars"><div class="top">{whole(top)}</div>'
        f"{_svg(drawn, _WIDTH, _HEIGHT, says)}"
        f'<div class="below" aria-hidden="true">{below}</div></figure>'
    )


def shares(parts: Sequence[tuple[float, str]], *, says: str) -> str:
    """Draw one bar made of *parts*, each a size and a colour."""
    total = sum(size for size, _ in parts) or 1
    ends = list(accumulate(size for size, _ in parts))
    drawn = "".join(
        f'<rect x="{_WIDTH * (end - size) / total:.1f}" y="0" '
        f'width="{_WIDTH * size / total:.1f}" height="20" fill="{colour}"/>'
        for (size, colour), end in zip(parts, ends, strict=True)
        if size
    )
    return f'<span class="share">{_svg(drawn, _WIDTH, 20, says)}</span>'


def legend(parts: Sequence[tuple[str, str]]) -> str:
    """Explain colours: pairs of words and colour."""
    return (
        '<p class="legend">'
        + " ".join(
            f'<span><svg width="11" height="11" aria-hidden="true"><rect width="11" height="11" '
            f'fill="{colour}"/></svg> {text(words)}</span>'
            for words, colour in parts
        )
        + "</p>"
    )


def spread(fewest: float, middle: float, most: float, *, of: float, says: str) -> str:
    """Draw a range with its middle, on a scale from 0 to *of*."""
    scale = _WIDTH / (of or 1)
    drawn = (
        f'<rect x="{fewest * scale:.1f}" y="8" width="{max(2, (most - fewest) * scale):.1f}" '
        f'height="4" fill="{_SCALE[3]}"/>'
        f'<rect x="{max(0, middle * scale - 4):.1f}" y="2" width="8" height="16" fill="{INK}"/>'
    )
    return f'<span class="share">{_svg(drawn, _WIDTH, 20, says)}</span>'


def heat(values: Mapping[Hour, float], *, shown: Callable[[float], str], caption: str) -> str:
    """
    Draw a week, days beside each other and hours below each other; a table, so it can be read.

    Args:
        values: By hour; hours of the day in which nothing ever happens are left out.
        shown: Writes a value.
        caption: Says what the numbers are.
    """
    top = max(values.values(), default=0) or 1
    busy = [hour for _, hour in values if values[_, hour]]
    heads = "".join(f'<th scope="col"><abbr title="{day}">{day[:3]}</abbr></th>' for day in DAYS)
    rows = "".join(
        f'<tr><th scope="row">{clock(hour)}</th>'
        + "".join(_cell(values.get((day, hour), 0), top, shown) for day in range(7))
        + "</tr>\n"
        for hour in range(min(busy, default=0), max(busy, default=-1) + 1)
    )
    return (
        f'<table class="heat"><caption>{text(caption)}</caption>'
        f"<thead><tr><td></td>{heads}</tr></thead>\n<tbody>\n{rows}</tbody></table>"
    )


def _cell(value: float, top: float, shown: Callable[[float], str]) -> str:
    step = min(len(_SCALE) - 1, int(value / top * len(_SCALE)))
    ink = "#ffffff" if step >= _LIGHT_TEXT else "#1f2937"
    written = shown(value) if value else ""
    return f'<td style="background:{_SCALE[step]};color:{ink}">{written}</td>'


def _svg(drawn: str, width: int, height: int, says: str) -> str:
    return (
        f'<svg viewBox="0 0 {width} {height}" preserveAspectRatio="none" role="img" '
        f'aria-label="{text(says)}">{drawn}</svg>'
    )
