"""What is drawn: rows of pieces of text, each in an ink; nothing here knows a terminal."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from rich.cells import cell_len, set_cell_size

from ivr.printing import clock, printable


class Ink(StrEnum):
    """How a piece is written; what it means is always told by its text, too."""

    PLAIN = ""
    FAINT = "dim"
    STRONG = "bold"
    GOOD = "green"
    WARN = "yellow"
    BAD = "bold red"
    HEAD = "underline"
    TITLE = "bold underline"
    ALARM = "bold reverse"
    """Seen without colour: the connection is lost, or an answer is awaited."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Text in one ink."""

    text: str
    ink: Ink = Ink.PLAIN


Row = tuple[Piece, ...]
"""One line of a pane; the pieces stand side by side."""


def fit(text: str, width: int, *, more: str = "…", right: bool = False) -> str:
    """Make *text* exactly *width* columns wide; what is cut off shows as *more*."""
    text = printable(text)
    wide = cell_len(text)
    if wide > width:
        return set_cell_size(text, max(0, width - len(more))) + more[:width]
    return " " * (width - wide) + text if right else text + " " * (width - wide)


def fit_end(text: str, width: int, *, more: str = "…") -> str:
    """Make *text* *width* columns wide, keeping its end: the innermost state of a path."""
    text = printable(text)
    if cell_len(text) <= width:
        return fit(text, width)
    kept = len(more)
    return fit(more + text[-(width - kept) :], width) if width > kept else more[:width]


def one(text: str, ink: Ink = Ink.PLAIN) -> Row:
    """Make a row of one piece."""
    return (Piece(printable(text), ink),)


def text_of(row: Iterable[Piece]) -> str:
    """Give a row without its inks."""
    return "".join(piece.text for piece in row)


def length(seconds: float) -> str:
    """Write a duration as on a clock, `1:05`, or `2:01:05`; never a negative one."""
    return clock(max(0, int(seconds)))
