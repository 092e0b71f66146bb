"""The screen of `ivr top`: draws what its follower knows, four times a second."""

import time
from collections.abc import Callable, Coroutine, Sequence
from functools import lru_cache
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input

from ivr.errors import StoreUnavailable
from ivr.top.acts import Acts
from ivr.top.asking import Answer, Ask
from ivr.top.board_panes import QUEUE_TITLES, line_rows, queue_rows
from ivr.top.calls import CallRows
from ivr.top.glyphs import UNICODE, Glyphs
from ivr.top.ink import Ink, Piece, Row, fit, one
from ivr.top.lines import Lines
from ivr.top.sights import Heard, Key, Order, Sight, key_in, look, ordered
from ivr.top.status import KEYS, Showing, help_rows, keys_row, showing_row, status_row
from ivr.top.story_panes import call_rows, ladder_rows, sound_rows, story_rows
from ivr.watch.board import SeenStory
from ivr.watch.follow import Follower
from ivr.watch.roles import Role

EVERY = 0.25  # seconds between two repaints; over a slow connection more would pile up
SIDE_BY_SIDE = 140  # columns from which on panes stand side by side
TALL = 30  # rows for the same
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
ROLES = {key.key: key.role for key in KEYS}


class Top(App[None]):
    """Shows lines and acts on them. It ends when the operator wants, never by itself."""

    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "pane(1)", priority=True, show=False),
        Binding("shift+tab", "pane(-1)", priority=True, show=False),
        Binding("escape", "leave", show=False),
        Binding("slash", "find", show=False),
        Binding("o", "order", show=False),
        *(Binding(key, f"act('{key}')", show=False) for key in "hmxdlw"),
        Binding("question_mark", "help", show=False),
        Binding("q,ctrl+c", "quit", show=False),
    ]
    CSS = """
    * { scrollbar-size: 0 0; }
    Screen { layout: vertical; }
    #status, #showing, #said, #keys { height: 1; }
    #body { height: 1fr; }
    #right { width: 1fr; }
    #body.wide #right { width: 56; margin-left: 1; }
    #body.wide #sound { height: 10; }
    #find { height: 1; border: none; padding: 0; display: none; }
    """

    def __init__(
        self,
        follower: Follower,
        *,
        glyphs: Glyphs = UNICODE,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """
        Prepare to show what *follower* follows; it is entered and left here.

        Args:
            follower: Not entered yet.
            glyphs: The signs this terminal has.
            clock: Unix time in seconds.
        """
        super().__init__(ansi_color=True)
        self._follower = follower
        self._glyphs = glyphs
        self._clock = clock
        self._acts = Acts(follower, ask=self._ask, say=self._say)
        self._heard = Heard()
        self._order = Order.TROUBLE
        self._words = ""
        self._pane = "calls"
        self._sights: dict[str, Sight] = {}
        self._opened: Sight | None = None
        self._said: Row = ()

    def compose(self) -> ComposeResult:
        """Lay out all panes; which are seen depends on the size of the screen."""
        yield Lines("status").fixed
        yield Lines("showing").fixed
        with Horizontal(id="body"):
            with Vertical(id="left"):
                yield Lines("calls", chooses=True)
                yield Lines("call").fixed
                yield Lines("story", follows=True)
            with Vertical(id="right"):
                yield Lines("sound")
                yield Lines("sip", follows=True)
                yield Lines("queues")
                yield Lines("line")
        yield Input(id="find", placeholder="words to find, then Enter", compact=True)
        yield Lines("said").fixed
        yield Lines("keys").fixed

    def on_mount(self) -> None:
        """Begin to follow and to draw."""
        self.animation_level = "none"
        self.query_one(Input).cursor_blink = False
        self.run_worker(self._follow())
        self.set_interval(EVERY, self._draw)
        self._arrange()

    async def _follow(self) -> None:
        async with self._follower as follower:
            async for update in follower:
                opened = self._opened
                if (
                    update.event.get("event") == "snapshot"
                    and opened
                    and opened.line == update.line
                ):
                    self.run_worker(self._open((opened.line, opened.glimpse.call)))

    # ------------------------------------------------------------ keys

    def action_pane(self, by: int) -> None:
        """Go to the next pane."""
        if isinstance(self.screen, Ask):
            return
        panes = [name for name in TITLES if self._opened or name not in OF_ONE_CALL]
        self._pane = panes[(panes.index(self._pane) + by) % len(panes)]
        self._arrange()

    def action_leave(self) -> None:
        """Leave the call that is looked at, then the filter."""
        if self._opened is not None:
            line, call = self._opened.line, self._opened.glimpse.call
            self._follower.board.close_story(line, call)
            self.workers.cancel_group(self, "words")
            self._opened = None
        elif self._words or self.query_one(Input).display:
            self._set_words("")
        self._pane = "calls"
        self._arrange()

    def action_find(self) -> None:
        """Ask for the words calls must have."""
        self._pane = "calls"
        self._arrange()
        box = self.query_one(Input)
        box.display = True
        box.value = self._words
        box.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter while they type."""
        if self.query_one(Input).display:
            self._words = event.value
            self._draw()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep what was typed."""
        self._set_words(event.value)
        self._arrange()

    def _set_words(self, words: str) -> None:
        self._words = words
        self.query_one(Input).display = False

    def action_order(self) -> None:
        """Sort in another way."""
        self._order = self._order.next
        self._draw()

    def action_help(self) -> None:
        """Explain keys and signs."""
        self.push_screen(Ask(help_rows(self._role()), ascii_only=self._ascii))

    def action_act(self, key: str) -> None:
        """Do what *key* means to the chosen call, if the role may."""
        chosen = self._chosen()
        needed, role = ROLES[key], self._role(chosen)
        if not role.may(needed):
            self._say(f"{key}: only as {needed}; you are {role}", Ink.WARN)
        elif key == "d":
            self.run_worker(self._acts.drain())
        elif chosen is None:
            self._say("choose a call first", Ink.WARN)
        else:
            self._act_on(chosen, key)

    def _act_on(self, chosen: Key, key: str) -> None:
        acts: dict[str, Callable[[Key], Coroutine[None, None, None]]] = {
            "h": self._acts.hand_off,
            "m": self._acts.move,
            "x": self._acts.hang_up,
            "l": self._acts.listen,
            "w": self._acts.reveal,
        }
        if key == "w" and self._opened is None:
            self._say("look closely at the call first: Enter", Ink.WARN)
            return
        self.run_worker(acts[key](chosen), group="words" if key == "w" else "acts")

    def on_lines_opened(self, event: Lines.Opened) -> None:
        """Look closely at a call."""
        self._opened = self._sights.get(event.key)
        if self._opened is not None:
            self._pane = "story"
            self.run_worker(self._open(key_in(event.key)))
            self._arrange()

    def on_lines_moved(self) -> None:
        """Tell anew which rows are seen."""
        self._draw()

    async def _open(self, key: Key) -> None:
        try:
            if not await self._follower.open_story(*key):
                self._say("the line does not know this call any more", Ink.WARN)
        except StoreUnavailable as error:
            self._say(str(error), Ink.BAD)
        self._draw()

    def _chosen(self) -> Key | None:
        if self._opened is not None and self._pane in OF_ONE_CALL:
            return self._opened.line, self._opened.glimpse.call
        chosen = self.query_one("#calls", Lines).chosen
        return key_in(chosen) if chosen else None

    def _role(self, chosen: Key | None = None) -> Role:
        lines = self._follower.board.lines
        if chosen is not None:
            return lines[chosen[0]].role
        return max((line.role for line in lines.values()), key=lambda role: role.rank)

    # ------------------------------------------------------------ asking and saying

    async def _ask(self, question: Sequence[str], answers: Sequence[Answer]) -> str:
        rows = [one(text, Ink.PLAIN if n else Ink.STRONG) for n, text in enumerate(question)]
        return await self.push_screen_wait(Ask([*rows, ()], answers, ascii_only=self._ascii))

    def _say(self, text: str, ink: Ink) -> None:
        self._said = one(text, ink)
        self._draw()

    @property
    def _ascii(self) -> bool:
        return self._glyphs is not UNICODE

    # ------------------------------------------------------------ where things are

    def on_resize(self) -> None:
        """Lay out anew."""
        self._arrange()

    def _arrange(self) -> None:
        wide = self.size.width >= SIDE_BY_SIDE and self.size.height >= TALL
        self.query_one("#body").set_class(wide, "wide")
        for name in TITLES:
            of_call = name in OF_ONE_CALL
            seen = (not of_call or self._opened) if wide else name == self._pane
            self.query_one(f"#{name}").display = bool(seen)
        of_call = self._opened is not None and (wide or self._pane in OF_ONE_CALL)
        self.query_one("#call").display = of_call
        self.query_one("#left").display = wide or self._pane in ("calls", "story")
        self.query_one("#right").display = wide or self._pane not in ("calls", "story")
        self.query_one(f"#{self._pane}").focus()
        self.call_after_refresh(self._draw)

    # ------------------------------------------------------------ drawing

    def _draw(self) -> None:
        if not self.is_running or isinstance(self.screen, Ask):
            return
        now, board = self._clock(), self._follower.board
        self._heard.read(board)
        sights = look(board, self._heard.media, now=now)
        self._draw_calls(sights)
        self._draw_rows("status", [status_row(board, now=now)])
        self._draw_rows("said", [self._said])
        self._draw_rows("keys", [keys_row(self._role())])
        self._draw_pane("queues", lambda: queue_rows(board, self._glyphs), QUEUE_TITLES)
        self._draw_pane(
            "line", lambda: line_rows(board, now=now, width=self.size.width, glyphs=self._glyphs)
        )
        self._draw_call({one.key: one for one in sights})

    def _draw_calls(self, sights: Sequence[Sight]) -> None:
        words = self._words.lower().split()
        found = ordered((one for one in sights if one.matches(words)), self._order)
        self._sights = {one.key: one for one in found}
        pane = self.query_one("#calls", Lines)
        if pane.display:
            drawer = _rows(pane.size.width, self._glyphs, len(self._follower.board.lines))
            pane.show(list(self._sights), lambda key: drawer(self._sights[key]), head=drawer.head)
        showing = Showing(
            self._order, self._words, len(found), pane.seen, [one.trouble.grade for one in sights]
        )
        roles = {line.role for line in self._follower.board.lines.values() if line.run}
        self._draw_rows("showing", [showing_row(showing, roles, TITLES[self._pane])])

    def _draw_call(self, sights: dict[str, Sight]) -> None:
        if self._opened is None:
            return
        self._opened = sights.get(self._opened.key, self._opened)
        key = self._opened.line, self._opened.glimpse.call
        story = self._follower.board.stories.get(key, SeenStory())
        said = self._follower.board.said.get(key, "")
        rows = call_rows(self._opened, said)
        pane = self.query_one("#call", Lines)
        pane.styles.height = len(rows)
        pane.show_rows(rows)
        self._draw_pane("story", lambda: story_rows(story))
        self._draw_pane("sound", lambda: sound_rows(story))
        self._draw_pane("sip", lambda: ladder_rows(story, self._glyphs))

    def _draw_pane(self, name: str, draw: Callable[[], list[Row]], head: str = "") -> None:
        pane = self.query_one(f"#{name}", Lines)
        if pane.display:
            title = fit(head or self._title(name), pane.size.width)
            pane.show_rows(draw(), head=(Piece(title, Ink.TITLE),))

    def _title(self, name: str) -> str:
        if self._opened is None or name not in OF_ONE_CALL:
            return TITLES[name]
        return f"{TITLES[name]}, call {self._opened.glimpse.call}"

    def _draw_rows(self, name: str, rows: list[Row]) -> None:
        self.query_one(f"#{name}", Lines).show_rows(rows)


@lru_cache(maxsize=4)
def _rows(width: int, glyphs: Glyphs, lines: int) -> CallRows:
    return CallRows(width, glyphs, lines=lines)
