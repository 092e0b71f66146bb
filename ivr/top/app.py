"""The screen of `ivr top`: draws what its follower knows, four times a second, and acts."""

import time
from collections.abc import Callable, Coroutine, Sequence
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from ivr.errors import StoreUnavailable
from ivr.top.acts import Acts
from ivr.top.asking import Answer, Ask
from ivr.top.glyphs import UNICODE, Glyphs
from ivr.top.ink import Ink, Row, one
from ivr.top.lines import Lines
from ivr.top.panes import OF_ONE_CALL, Choice, Panes
from ivr.top.sights import Heard, Key, key_in
from ivr.top.status import KEYS, help_rows, keys_row
from ivr.watch.follow import Follower
from ivr.watch.roles import Role

EVERY = 0.25  # seconds between two repaints; over a slow connection more would pile up
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
    #said, #keys { height: 1; }
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
        self._choice = Choice()
        self._panes = Panes(self._choice, glyphs)
        self._find = Input(id="find", placeholder="words to find, then Enter", compact=True)
        self._last = Lines("said", glyphs).fixed
        self._keys = Lines("keys", glyphs).fixed
        self._said: Row = ()

    def compose(self) -> ComposeResult:
        """Lay out the panes above what is typed, what was said, and the keys."""
        yield self._panes
        yield self._find
        yield self._last
        yield self._keys

    def on_mount(self) -> None:
        """Begin to follow and to draw."""
        self.animation_level = "none"
        self._find.cursor_blink = False
        self.run_worker(self._follow())
        self.set_interval(EVERY, self._draw)
        self._arrange()

    async def _follow(self) -> None:
        async with self._follower as follower:
            async for update in follower:
                key = self._choice.key
                if update.event.get("event") == "snapshot" and key and key[0] == update.line:
                    self.run_worker(self._open(key))  # some of the story may be missing

    # ------------------------------------------------------------ looking

    def action_pane(self, by: int) -> None:
        """Go to the next pane."""
        if not isinstance(self.screen, Ask):
            self._choice.step(by)
            self._arrange()

    def action_leave(self) -> None:
        """Leave the call that is looked at, then the filter, then the chosen call."""
        key = self._choice.key
        if key is not None:
            self.workers.cancel_group(self, "words")
            self._follower.board.close_story(*key)
            self._choice.opened = None
        elif self._choice.words or self._find.display:
            self._keep_words("")
        else:
            self._panes["calls"].choose("")
        self._choice.pane = "calls"
        self._arrange()

    def action_find(self) -> None:
        """Ask for the words calls must have."""
        self._choice.pane = "calls"
        self._arrange()
        self._find.value = self._choice.words
        self._find.display = True
        self._find.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter while they type."""
        if self._find.display:
            self._choice.words = event.value
            self._draw()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep what was typed."""
        self._keep_words(event.value)
        self._arrange()

    def _keep_words(self, words: str) -> None:
        self._choice.words = words
        self._find.display = False

    def action_order(self) -> None:
        """Sort in another way."""
        self._choice.order = self._choice.order.next
        self._draw()

    def action_help(self) -> None:
        """Explain keys and signs."""
        self.push_screen(Ask(help_rows(self._role()), glyphs=self._glyphs))

    def on_lines_opened(self, event: Lines.Opened) -> None:
        """Look closely at a call."""
        if self._choice.opened is not None:
            self.action_leave()
        self._choice.opened = self._panes.sights.get(event.key)
        if self._choice.opened is not None:
            self._choice.pane = "story"
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

    # ------------------------------------------------------------ acting

    def action_act(self, key: str) -> None:
        """Do what *key* means to the chosen call, if the role may."""
        chosen = self._chosen()
        needed, role = ROLES[key], self._role(chosen)
        if not role.may(needed):
            self._say(f"{key}: only as {needed}; you are {role}", Ink.WARN)
        elif key == "d":
            self.run_worker(self._acts.drain())
        elif chosen is None:
            self._say("choose a call first, with the arrows", Ink.WARN)
        elif key == "w":
            self.run_worker(self._acts.reveal(chosen), group="words")
        else:
            acts: dict[str, Callable[[Key], Coroutine[None, None, None]]] = {
                "h": self._acts.hand_off,
                "m": self._acts.move,
                "x": self._acts.hang_up,
                "l": self._acts.listen,
            }
            self.run_worker(acts[key](chosen))

    def _chosen(self) -> Key | None:
        if self._choice.pane in OF_ONE_CALL:
            return self._choice.key
        chosen = self._panes["calls"].chosen
        return key_in(chosen) if chosen else None

    def _role(self, chosen: Key | None = None) -> Role:
        lines = self._follower.board.lines
        if chosen is not None:
            return lines[chosen[0]].role
        return max((line.role for line in lines.values()), key=lambda role: role.rank)

    async def _ask(self, question: Sequence[str], answers: Sequence[Answer]) -> str:
        rows = [one(text, Ink.PLAIN if n else Ink.STRONG) for n, text in enumerate(question)]
        return await self.push_screen_wait(Ask([*rows, ()], answers, glyphs=self._glyphs))

    def _say(self, text: str, ink: Ink) -> None:
        self._said = one(text, ink)
        self._draw()

    # ------------------------------------------------------------ drawing

    def _arrange(self) -> None:
        self._panes.lay_out()
        self._panes[self._choice.pane].focus()
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        board = self._follower.board
        self._heard.read(board)
        self._panes.draw(board, self._heard.media, now=self._clock())
        self._last.show_rows([self._said])
        self._keys.show_rows([keys_row(self._role())])
