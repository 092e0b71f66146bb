"""One look at the lines as text, for scripts: what the panes show, one below the other."""

from collections.abc import Iterator

from ivr.top.board_panes import QUEUE_TITLES, line_rows, queue_rows
from ivr.top.calls import CallRows
from ivr.top.glyphs import Glyphs, written
from ivr.top.ink import text_of
from ivr.top.sights import Order, look, ordered
from ivr.top.status import status_row
from ivr.watch.board import Board
from ivr.watch.follow import Follower


async def heard_of(follower: Follower) -> Board:
    """Follow until each line has told how it is, or could not be reached."""
    waiting = set(follower.board.lines)
    async with follower:
        while waiting:
            update = await anext(follower)
            waiting.discard(update.line)
    return follower.board


def page(board: Board, *, now: float, width: int, glyphs: Glyphs) -> str:
    """Write everything down, *width* columns wide at most."""
    return "\n".join(written(line.rstrip(), glyphs) for line in _lines(board, now, width, glyphs))


def _lines(board: Board, now: float, width: int, glyphs: Glyphs) -> Iterator[str]:
    yield text_of(status_row(board, now=now))[:width]
    yield ""
    yield from map(text_of, line_rows(board, now=now, width=width, more=glyphs.more))
    yield ""
    yield QUEUE_TITLES
    yield from map(text_of, queue_rows(board, glyphs))
    yield ""
    rows = CallRows(width, glyphs, lines=len(board.lines))
    yield text_of(rows.head)
    yield from (text_of(rows(one)) for one in ordered(look(board, {}, now=now), Order.TROUBLE))
