"""The one widget: a pane of rows, of which only the cells that changed go to the terminal."""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import zip_longest

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from ivr.top.glyphs import Glyphs, written
from ivr.top.ink import Ink, Piece, Row

CHOSEN = Style.parse("reverse")

Looks = tuple[Row, bool]
"""A row, and whether it is the chosen one."""


class Lines(Widget, can_focus=True):
    """
    Rows that are drawn only when they are seen, one of which can be chosen by its key.

    `show` it what there is now as often as you like: what looks as before costs nothing.
    The chosen row stays chosen, and in sight, while others move, appear and go. As long as none
    is chosen, the first ones are seen.
    """

    DEFAULT_CSS = "Lines { height: 1fr; width: 1fr; }"

    def __init__(
        self, name: str, glyphs: Glyphs, *, chooses: bool = False, follows: bool = False
    ) -> None:
        """
        Name the pane.

        Args:
            name: Its id.
            glyphs: The signs this terminal has.
            chooses: Whether a row can be chosen; otherwise keys scroll.
            follows: Whether it stays at its end until somebody scrolls up.
        """
        super().__init__(id=name)
        self.chosen = ""
        """Key of the chosen row; `` as long as there is none."""
        self._glyphs = glyphs
        self._chooses = chooses
        self._follows = follows
        self._at_end = follows
        self._keys: Sequence[str] = ()
        self._paint: Callable[[str], Row] = _nothing
        self._head: Row = ()
        self._first = 0
        self._drawn: dict[int, Looks] = {}

    def show(self, keys: Sequence[str], paint: Callable[[str], Row], *, head: Row = ()) -> None:
        """
        Show a row for each of *keys* from now on.

        Args:
            keys: In the order of the rows.
            paint: Draws the row of a key; called for those that are seen only.
            head: Titles that stay on top.
        """
        self._keys, self._paint, self._head = keys, paint, head
        self._settle()

    def show_rows(self, rows: Sequence[Row], *, head: Row = ()) -> None:
        """Show *rows*, of which none needs a key."""
        self.show([str(n) for n in range(len(rows))], lambda key: rows[int(key)], head=head)

    def choose(self, key: str) -> None:
        """Choose the row of *key*; `` for none, and to see the first ones."""
        self.chosen = key
        self._first = self._first if key else 0
        self._settle()

    @property
    def seen(self) -> range:
        """Which rows are on the screen, counted from 0."""
        return range(self._first, min(len(self._keys), self._first + self._room))

    # ------------------------------------------------------------ moving

    def move(self, by: int) -> None:
        """Choose the row *by* further down, or scroll by as many."""
        if self._chooses and self._keys:
            self.chosen = self._keys[max(0, min(len(self._keys) - 1, self._next(by)))]
        elif not self._chooses:
            self._first = max(0, min(self._last_first, self._first + by))
            self._at_end = self._follows and self._first == self._last_first
        self._settle()

    def page(self, by: int) -> None:
        """Move by a screen."""
        self.move(by * max(1, self._room - 1))

    def on_resize(self) -> None:
        """Keep what is chosen in sight."""
        self._drawn.clear()
        self._settle()

    def on_focus(self) -> None:
        """Show by the titles that keys go here."""
        self._settle()

    def on_blur(self) -> None:
        """Show by the titles that keys go elsewhere."""
        self._settle()

    # ------------------------------------------------------------ where we are

    @property
    def _room(self) -> int:
        return max(1, self.size.height - bool(self._head))

    @property
    def _last_first(self) -> int:
        return max(0, len(self._keys) - self._room)

    def _next(self, by: int) -> int:
        """Tell the place *by* below the chosen row; without one it begins with what is seen."""
        if self.chosen:
            return self._keys.index(self.chosen) + by
        return self._first + (by if abs(by) > 1 else 0)

    def _settle(self) -> None:
        if self.chosen and self.chosen not in self._keys:
            self.chosen = ""
        if self.chosen:
            at = self._keys.index(self.chosen)
            self._first = max(at - self._room + 1, min(self._first, at))
        if self._at_end:
            self._first = self._last_first
        self._first = max(0, min(self._first, self._last_first))
        regions = [region for y in range(self.size.height) for region in self._changed(y)]
        if regions:
            self.refresh(*regions)

    # ------------------------------------------------------------ drawing

    def render_line(self, y: int) -> Strip:
        """Draw line *y* of the widget."""
        row, chosen = self._drawn[y] = self._look(y)
        extra = CHOSEN if chosen else Style.null()
        texts = (written(piece.text, self._glyphs) for piece in row)
        styles = (_style(piece.ink) + extra for piece in row)
        strip = Strip(map(Segment, texts, styles))
        whole = strip.adjust_cell_length(self.size.width, extra)
        return whole.apply_style(self.rich_style).simplify()

    def _look(self, y: int) -> Looks:
        index = self._first + y - bool(self._head)
        if index < self._first:
            return self._head if self.has_focus else tuple(map(_unfocused, self._head)), False
        if index >= len(self._keys):
            return (), False
        key = self._keys[index]
        return self._paint(key), self._chooses and key == self.chosen

    def _changed(self, y: int) -> Iterator[Region]:
        before, now = self._drawn.get(y), self._look(y)
        if before == now:
            return
        if before is None or before[1] != now[1]:
            yield Region(0, y, self.size.width, 1)
            return
        yield from _differences(before[0], now[0], y, self.size.width)


def _differences(before: Row, now: Row, y: int, width: int) -> Iterator[Region]:
    """Give the cells where two rows differ; all from the first one that moved."""
    at = 0
    for old, new in zip_longest(before, now):
        if old is None or new is None or cell_len(old.text) != cell_len(new.text):
            yield Region(at, y, max(0, width - at), 1)
            return
        if old != new:
            yield Region(at, y, cell_len(new.text), 1)
        at += cell_len(new.text)


@lru_cache(maxsize=len(Ink))
def _style(ink: Ink) -> Style:
    return Style.parse(ink) if ink else Style.null()


def _unfocused(title: Piece) -> Piece:
    return Piece(title.text, Ink.HEAD) if title.ink is Ink.TITLE else title


def _nothing(_key: str) -> Row:
    return ()
