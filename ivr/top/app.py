"""The screen of `ivr top`: draws what its follower knows, four times a second, and acts."""

import time
from collections.abc import Callable, Coroutine, Sequence

from textual.app import App, ComposeResult
from textual.events import Event
from textual.events import Key as KeyPress

from ivr.errors import StoreUnavailable
from ivr.top.acts import Acts
from ivr.top.asking import Answer, Ask
from ivr.top.glyphs import UNICODE, Glyphs
from ivr.top.ink import Ink, Piece, Row, one
from ivr.top.lines import Lines
from ivr.top.panes import OF_ONE_CALL, Choice, Panes
from ivr.top.sights import Heard, Key, key_in
from ivr.top.status import KEYS, help_rows, keys_row
from ivr.watch.follow import Follower
from ivr.watch.roles import Role

FAR = 1_000_000  # rows; beyond any end
EVERY = 0.25  # seconds between two repaints; over a slow connection more would pile up
ROLES = {key.key: key.role for key in KEYS}


class Top(App[None]):
    """Shows lines and acts on them. It ends when the operator wants, never by itself."""

    ENABLE_COMMAND_PALETTE = False
    AUTO_FOCUS = None
    CSS = "#said, #keys { height: 1; }"

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
        self._last = Lines("said", glyphs)
        self._keys = Lines("keys", glyphs)
        self._said: Row = ()

    def compose(self) -> ComposeResult:
        """Lay out the panes above what is typed, what was said, and the keys."""
        yield self._panes
        yield self._last
        yield self._keys

    def on_mount(self) -> None:
        """Begin to follow and to draw."""
        self.animation_level = "none"
        self.run_worker(self._follow())
        self.set_interval(EVERY, self._draw)
        self._arrange()

    async def _follow(self) -> None:
        async with self._follower as follower:
            async for update in follower:
                key = self._choice.key
                if update.event.get("event") == "snapshot" and key and key[0] == update.line:
                    self.run_worker(self._open(key))  # some of the story may be missing

    # ------------------------------------------------------------ keys

    async def on_event(self, event: Event) -> None:
        """Take keys here, one after the other: none must overtake another that acts on a call."""
        if not isinstance(event, KeyPress) or event.is_forwarded or isinstance(self.screen, Ask):
            await super().on_event(event)
            return
        if event.key == "ctrl+c":
            self.exit()
        elif self._choice.typing:
            self._type(event)
        else:
            self._take(event.key)
        self._draw()

    def _type(self, event: KeyPress) -> None:
        choice = self._choice
        match event.key:
            case "escape":
                choice.words, choice.typing = "", False
            case "enter":
                choice.typing = False
            case "backspace":
                choice.words = choice.words[:-1]
            case _ if event.character and event.is_printable:
                choice.words += event.character

    def _take(self, key: str) -> None:
        pane = self._panes[self._choice.pane]
        match key:
            case "h" | "m" | "x" | "d" | "l" | "w":
                self._act(key)
            case "up" | "k":
                pane.move(-1)
            case "down" | "j":
                pane.move(1)
            case "pageup" | "b":
                pane.page(-1)
            case "pagedown" | "space":
                pane.page(1)
            case "home" | "g":
                pane.move(-FAR)
            case "end" | "G":
                pane.move(FAR)
            case _:
                self._go(key)

    def _go(self, key: str) -> None:
        match key:
            case "tab":
                self._choice.step(1)
                self._arrange()
            case "shift+tab":
                self._choice.step(-1)
                self._arrange()
            case "enter":
                self._look_closely()
            case "escape":
                self._leave()
            case "slash":
                self._choice.typing, self._choice.pane = True, "calls"
                self._arrange()
            case "o":
                self._choice.order = self._choice.order.next
            case "question_mark":
                self.push_screen(Ask(help_rows(self._role()), glyphs=self._glyphs))
            case "q":
                self.exit()

    def _look_closely(self) -> None:
        calls = self._panes["calls"]
        if self._choice.pane != "calls":
            return
        if not calls.chosen:
            calls.move(1)
        sight = self._panes.sights.get(calls.chosen)
        if sight is not None:
            self._close()
            self._choice.opened, self._choice.pane = sight, "story"
            self.run_worker(self._open(key_in(sight.key)))
            self._arrange()

    def _leave(self) -> None:
        """Leave the call that is looked at, then the filter, then the chosen call."""
        if self._choice.opened is not None:
            self._close()
        elif self._choice.words:
            self._choice.words = ""
        else:
            self._panes["calls"].choose("")
        self._choice.pane = "calls"
        self._arrange()

    def _close(self) -> None:
        if self._choice.key is not None:
            self.workers.cancel_group(self, "words")
            self._follower.board.close_story(*self._choice.key)
            self._choice.opened = None

    async def _open(self, key: Key) -> None:
        try:
            if not await self._follower.open_story(*key):
                self._say("the line does not know this call any more", Ink.WARN)
        except StoreUnavailable as error:
            self._say(str(error), Ink.BAD)
        self._draw()

    # ------------------------------------------------------------ acting

    def _act(self, key: str) -> None:
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
        if not self._panes.complete:
            return
        board = self._follower.board
        self._heard.read(board)
        self._panes.draw(board, self._heard.media, now=self._clock())
        typed = (Piece("find: ", Ink.STRONG), *one(f"{self._choice.words}_"))
        self._last.show_rows([typed if self._choice.typing else self._said])
        self._keys.show_rows([keys_row(self._role())])
