"""All panes together: which are seen on a screen of this size, and what is drawn in each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from textual.app import ComposeResult
from textual.containers import Container, Horizontal, Vertical

from ivr.story.media import Media
from ivr.top.board_panes import QUEUE_TITLES, line_rows, queue_rows
from ivr.top.calls import CallRows
from ivr.top.glyphs import Glyphs
from ivr.top.ink import Ink, Piece, Row, fit
from ivr.top.lines import Lines
from ivr.top.sights import Key, Order, Sight, look, ordered
from ivr.top.status import Showing, showing_row, status_row
from ivr.top.story_panes import call_rows, ladder_rows, sound_rows, story_rows
from ivr.watch.board import Board, SeenStory

SIDE_BY_SIDE = 140  # columns from which on panes stand side by side
TALL = 28  # rows for the same
TITLES = {
    "calls": "Calls",
    "story": "What happened",
    "sound": "Sound",
    "sip": "SIP",
    "queues": "Queues and people",
    "line": "The line",
}
"""Of the panes, in the order of Tab."""
OF_ONE_CALL = ("story", "sound", "sip")


@dataclass(slots=True)
class Choice:
    """What the operator wants to see."""

    pane: str = "calls"
    """Where keys go; on a small screen the only pane that is seen."""
    order: Order = Order.TROUBLE
    words: str = ""
    """What calls must have to be shown."""
    typing: bool = False
    """Whether keys are letters of `words`."""
    opened: Sight | None = None
    """The call that is looked at closely, as it was seen last."""

    @property
    def key(self) -> Key | None:
        """Line and id of the call that is looked at closely."""
        return None if self.opened is None else (self.opened.line, self.opened.glimpse.call)

    def step(self, by: int) -> None:
        """Go to another pane."""
        panes = [name for name in TITLES if self.opened or name not in OF_ONE_CALL]
        self.pane = panes[(panes.index(self.pane) + by) % len(panes)]


class Panes(Container):
    """The panes; tell it what is chosen, and have it draw as often as you like."""

    DEFAULT_CSS = """
    Panes { height: 1fr; layout: vertical; }
    Panes #status, Panes #showing { height: 1; }
    Panes #body { height: 1fr; }
    Panes #right { width: 1fr; }
    Panes #body.wide #right { width: 54; margin-left: 1; }
    Panes #body.wide #sound { height: 10; }
    """

    def __init__(self, choice: Choice, glyphs: Glyphs) -> None:
        super().__init__()
        self.sights: dict[str, Sight] = {}
        """The calls that are listed, by the keys of their rows."""
        self._choice = choice
        self._glyphs = glyphs

    def compose(self) -> ComposeResult:
        """Lay out all of them."""
        yield Lines("status", self._glyphs)
        yield Lines("showing", self._glyphs)
        with Horizontal(id="body"):
            with Vertical(id="left"):
                yield Lines("calls", self._glyphs, chooses=True)
                yield Lines("call", self._glyphs)
                yield Lines("story", self._glyphs, follows=True)
            with Vertical(id="right"):
                yield Lines("sound", self._glyphs)
                yield Lines("sip", self._glyphs, follows=True)
                yield Lines("queues", self._glyphs)
                yield Lines("line", self._glyphs)

    def __getitem__(self, name: str) -> Lines:
        """Give one of them."""
        return self.query_one(f"#{name}", Lines)

    @property
    def complete(self) -> bool:
        """Whether the first and the last are there; while the screen comes or goes, one is not."""
        return bool(self.query("#status")) and bool(self.query("#line"))

    def on_resize(self) -> None:
        """Show other panes where there is more room, or less."""
        self.lay_out()

    def lay_out(self) -> None:
        """Show the panes there is room for, always with the chosen one."""
        chosen, opened = self._choice.pane, self._choice.opened is not None
        wide = self.size.width >= SIDE_BY_SIDE and self.size.height >= TALL
        self.query_one("#body").set_class(wide, "wide")
        for name in TITLES:
            self[name].display = (opened or name not in OF_ONE_CALL) if wide else name == chosen
        self["call"].display = opened if wide else chosen == "story"
        self.query_one("#left").display = wide or chosen in ("calls", "story")
        self.query_one("#right").display = wide or chosen not in ("calls", "story")

    # ------------------------------------------------------------ drawing

    def draw(self, board: Board, heard: dict[Key, Media], *, now: float) -> None:
        """Draw what there is now."""
        choice, sights = self._choice, look(board, heard, now=now)
        words = choice.words.lower().split()
        found = ordered((one for one in sights if one.matches(words)), choice.order)
        before, self.sights = self.sights, {one.key: one for one in found}
        self._let_go_of_ended(before)
        self["status"].show_rows([status_row(board, now=now)])
        self._draw_calls(lines=len(board.lines))
        seen, grades = self["calls"].seen, [one.trouble.grade for one in sights]
        showing = Showing(choice.order, choice.words, len(found), seen, grades)
        roles = {line.role for line in board.lines.values() if line.run}
        self["showing"].show_rows([showing_row(showing, roles, TITLES[choice.pane])])
        self._draw("queues", lambda _: queue_rows(board, self._glyphs), QUEUE_TITLES)
        self._draw(
            "line", lambda width: line_rows(board, now=now, width=width, more=self._glyphs.more)
        )
        self._draw_opened(board, {one.key: one for one in sights})

    def _let_go_of_ended(self, before: dict[str, Sight]) -> None:
        """Choose no call that ended just now: it moves to the end, and keys would act in vain."""
        chosen = self["calls"].chosen
        now, then = self.sights.get(chosen), before.get(chosen)
        if now is not None and then is not None and now.over and not then.over:
            self["calls"].choose("")

    def _draw_calls(self, *, lines: int) -> None:
        pane = self["calls"]
        if pane.display:
            drawer = call_drawer(pane.size.width, self._glyphs, lines)
            sights = self.sights
            pane.show(list(sights), lambda key: drawer(sights[key]), head=drawer.head)

    def _draw_opened(self, board: Board, sights: dict[str, Sight]) -> None:
        choice, key = self._choice, self._choice.key
        if choice.opened is None or key is None:
            return
        choice.opened = sights.get(choice.opened.key, choice.opened)
        rows = call_rows(choice.opened, board.said.get(key, ""))
        self["call"].styles.height = len(rows)
        self["call"].show_rows(rows)
        story, of_call = board.stories.get(key, SeenStory()), f", call {key[1]}"
        self._draw("story", lambda _: story_rows(story), TITLES["story"] + of_call)
        self._draw("sound", lambda _: sound_rows(story), TITLES["sound"] + of_call)
        self._draw("sip", lambda _: ladder_rows(story, self._glyphs), TITLES["sip"] + of_call)

    def _draw(self, name: str, draw: Callable[[int], Sequence[Row]], title: str = "") -> None:
        pane = self[name]
        if pane.display:
            width = pane.size.width
            pane.show_rows(draw(width), head=(Piece(fit(title or TITLES[name], width), Ink.TITLE),))


@lru_cache(maxsize=4)
def call_drawer(width: int, glyphs: Glyphs, lines: int) -> CallRows:
    """Give what draws calls in so many columns, with their line where there are several."""
    return CallRows(width, glyphs, lines=lines)
