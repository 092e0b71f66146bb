"""The signs of the screen, in Unicode, and in ASCII for a terminal that has no more."""

import math
from dataclasses import dataclass

from ivr.dialog.patience import BUDGET


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One set of signs; each but `more` is one column wide."""

    bar: str
    """From empty to full."""
    left: str
    """Patience that is left, half of one, and what was used up."""
    playing: str
    hears: str
    waits: str
    into: str
    """Between the flows of a path."""
    more: str
    rule: str
    outward: str
    inward: str


UNICODE = Glyphs("·▏▎▍▌▋▊▉█", "●◐·", "▸", "«", "○", "→", "…", "─", "▶", "◀")
ASCII = Glyphs(" -=#", "*+.", ">", '"', "~", ">", "..", "-", ">", "<")


def bar(share: float, width: int, glyphs: Glyphs) -> str:
    """Draw *share*, 0 to 1, as a bar of *width* columns."""
    steps = len(glyphs.bar) - 1
    filled = round(min(1.0, max(0.0, share)) * width * steps)
    whole, rest = divmod(filled, steps)
    part = glyphs.bar[rest] if rest else ""
    return (glyphs.bar[-1] * whole + part).ljust(width, glyphs.bar[0])


def pips(left: float, glyphs: Glyphs) -> str:
    """Draw the patience that is *left* of a call, one sign a misunderstanding."""
    full, half, used = tuple(glyphs.left)
    whole = math.floor(max(0.0, min(left, BUDGET)))
    drawn = full * whole + (half if left - whole > 0 and whole < BUDGET else "")
    return drawn.ljust(int(BUDGET), used)


def written(text: str, glyphs: Glyphs) -> str:
    """Write *text*, which a flow's author may have written, with what the terminal has."""
    if glyphs is UNICODE or text.isascii():
        return text
    return text.replace("•", "*").encode("ascii", "replace").decode("ascii")
