"""
What a page may say to the line: JSON texts, checked whole before anything is done with them.

docs/reference/console-protocol.md lists them for readers. Nobody is trusted here: a text is
one of these messages, with every value in its limits, or `Misspoken`.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ivr.handoff.commands import (
    AgentCommand,
    Attending,
    Complete,
    Consult,
    Done,
    EndConsult,
    Hold,
    Resume,
    SendTo,
    SendToFlow,
)

VERSION = 1
LARGEST = 64 * 1024  # bytes of one message; an SDP of one audio track has 1 to 6 KiB
_SDP = 32_000  # characters
_NOTE = 4_000
_WORD = 120  # a name, a reason, a queue, a password
_LARGEST_NUMBER = 2**31


class Misspoken(Exception):
    """Not a message of this protocol; says what is wrong, never what was found."""


class WrapUpOutcome(StrEnum):
    """How a talk came out, in the agent's judgement."""

    UNSAID = ""
    SOLVED = "solved"
    FOLLOW_UP = "follow_up"
    PASSED_ON = "passed_on"
    CALLER_LEFT = "caller_left"
    OTHER = "other"


# ---------------------------------------------------------------- the first message of a socket


@dataclass(frozen=True, slots=True)
class LogIn:
    """An agent begins."""

    name: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReturnTo:
    """A page that lost its socket, or was loaded anew, goes on where it was."""

    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RingLine:
    """A caller rings."""

    sdp: str = field(repr=False)


Greeting = LogIn | ReturnTo | RingLine

# ---------------------------------------------------------------- what agents do


@dataclass(frozen=True, slots=True)
class GetReady:
    """Offer me callers."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Offer me nobody."""

    reason: str


@dataclass(frozen=True, slots=True)
class LogOut:
    """I go."""


@dataclass(frozen=True, slots=True)
class Sound:
    """My end of the audio of an offer, while it still rings (RFC 3264 offer)."""

    offer: int
    sdp: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TakeOffer:
    """I take this caller."""

    offer: int


@dataclass(frozen=True, slots=True)
class DeclineOffer:
    """I do not."""

    offer: int


@dataclass(frozen=True, slots=True)
class Mute:
    """My microphone is off, or on again; the page itself sees to that."""

    muted: bool


@dataclass(frozen=True, slots=True)
class Command:
    """Do this with the caller I talk to."""

    command: AgentCommand


@dataclass(frozen=True, slots=True)
class Draft:
    """The note as it stands, sent while it is typed so that nothing can lose it."""

    call: str
    note: str = field(repr=False)
    outcome: WrapUpOutcome


@dataclass(frozen=True, slots=True)
class WrapUpDone:
    """The note is finished; then I am ready, or pause."""

    call: str
    note: str = field(repr=False)
    outcome: WrapUpOutcome
    ready: bool


# ---------------------------------------------------------------- what supervisors do


@dataclass(frozen=True, slots=True)
class Attend:
    """Let me into this talk, or change how I take part; the SDP comes the first time only."""

    call: str
    mode: Attending
    sdp: str = field(repr=False, default="")


@dataclass(frozen=True, slots=True)
class LeaveTalk:
    """Let me out again."""


@dataclass(frozen=True, slots=True)
class MoveUp:
    """Let this caller be next."""

    ticket: str


# ---------------------------------------------------------------- what callers do


@dataclass(frozen=True, slots=True)
class PressKey:
    """A key of the keypad."""

    key: str


@dataclass(frozen=True, slots=True)
class HangUp:
    """The caller hangs up."""


Doing = (
    GetReady
    | Pause
    | LogOut
    | Sound
    | TakeOffer
    | DeclineOffer
    | Mute
    | Command
    | Draft
    | WrapUpDone
    | Attend
    | LeaveTalk
    | MoveUp
    | PressKey
    | HangUp
)
Message = Greeting | Doing


def read(text: str | bytes) -> Message:
    """
    Read one message.

    Raises:
        Misspoken: It is none.
    """
    if not isinstance(text, str):
        raise Misspoken("a message is a text")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Misspoken("a message is JSON") from error
    if not isinstance(found, dict):
        raise Misspoken("a message is an object")
    kind = found.get("type")
    if not isinstance(kind, str) or kind not in _READERS:
        raise Misspoken("no message has this type")
    return _READERS[kind](_Values(found))


@dataclass(frozen=True, slots=True)
class _Values:
    """The members of a message, each taken by the shape it must have."""

    found: Mapping[str, object]

    def version(self) -> None:
        if self.found.get("version") != VERSION:
            raise Misspoken("this page is of another version: load it again")

    def text(self, name: str, *, at_most: int = _WORD, at_least: int = 1) -> str:
        value = self.found.get(name)
        if not isinstance(value, str) or not at_least <= len(value) <= at_most:
            raise Misspoken(f"{name} is a text of {at_least} to {at_most} characters")
        if not value.replace("\r", "").replace("\n", "").isprintable():
            raise Misspoken(f"{name} holds what cannot be printed")
        return value

    def word(self, name: str) -> str:
        value = self.text(name).strip()
        if not value or "\n" in value or "\r" in value:
            raise Misspoken(f"{name} is one line")
        return value

    def id(self, name: str) -> str:
        value = self.found.get(name)
        if not isinstance(value, str) or not _ID.fullmatch(value):
            raise Misspoken(f"{name} is an id")
        return value

    def note(self) -> str:
        """Take what a person typed or pasted: what cannot be printed is left out, not refused."""
        value = self.found.get("note")
        if not isinstance(value, str) or len(value) > _NOTE:
            raise Misspoken(f"note is a text of at most {_NOTE} characters")
        return "".join(c if c.isprintable() or c == "\n" else " " for c in value)

    def number(self, name: str) -> int:
        value = self.found.get(name)
        if isinstance(value, bool) or not isinstance(value, int):
            raise Misspoken(f"{name} is a number")
        if not 0 <= value < _LARGEST_NUMBER:
            raise Misspoken(f"{name} is out of range")
        return value

    def truth(self, name: str) -> bool:
        value = self.found.get(name)
        if not isinstance(value, bool):
            raise Misspoken(f"{name} is true or false")
        return value

    def outcome(self) -> WrapUpOutcome:
        try:
            return WrapUpOutcome(str(self.found.get("outcome")))
        except ValueError as error:
            raise Misspoken("outcome is none that is known") from error

    def mode(self) -> Attending:
        try:
            return Attending(str(self.found.get("mode")))
        except ValueError as error:
            raise Misspoken("mode is none that is known") from error

    def command(self) -> AgentCommand:
        match self.found.get("do"):
            case "hold":
                return Hold()
            case "resume":
                return Resume()
            case "consult":
                return Consult(self.word("to"))
            case "complete":
                return Complete()
            case "end_consult":
                return EndConsult()
            case "send_to":
                return SendTo(self.word("to"))
            case "send_to_flow":
                return SendToFlow(self.id("to"))
            case "done":
                return Done()
            case _:
                raise Misspoken("do is no command that is known")

    def key(self) -> str:
        value = self.found.get("key")
        if not isinstance(value, str) or len(value) != 1 or value not in "0123456789*#":
            raise Misspoken("key is one of 0 to 9, * and #")
        return value


_ID = re.compile(r"[\w:.-]{1,120}", re.ASCII)


def _log_in(values: _Values) -> LogIn:
    values.version()
    return LogIn(values.word("name"), values.text("password"))


def _return_to(values: _Values) -> ReturnTo:
    values.version()
    return ReturnTo(values.id("token"))


def _ring_line(values: _Values) -> RingLine:
    values.version()
    return RingLine(values.text("sdp", at_most=_SDP))


def _attend(values: _Values) -> Attend:
    sdp = values.text("sdp", at_most=_SDP) if values.found.get("sdp") else ""
    return Attend(values.id("call"), values.mode(), sdp)


def _wrap_up_done(values: _Values) -> WrapUpDone:
    call, note, outcome = values.id("call"), values.note(), values.outcome()
    return WrapUpDone(call, note, outcome, values.truth("ready"))


_READERS: Mapping[str, Callable[[_Values], Message]] = {
    "log_in": _log_in,
    "return": _return_to,
    "ring_line": _ring_line,
    "ready": lambda _: GetReady(),
    "pause": lambda v: Pause(v.word("reason")),
    "log_out": lambda _: LogOut(),
    "sound": lambda v: Sound(v.number("offer"), v.text("sdp", at_most=_SDP)),
    "take": lambda v: TakeOffer(v.number("offer")),
    "decline": lambda v: DeclineOffer(v.number("offer")),
    "mute": lambda v: Mute(v.truth("muted")),
    "command": lambda v: Command(v.command()),
    "draft": lambda v: Draft(v.id("call"), v.note(), v.outcome()),
    "wrap_up_done": _wrap_up_done,
    "attend": _attend,
    "leave_talk": lambda _: LeaveTalk(),
    "move_up": lambda v: MoveUp(v.id("ticket")),
    "key": lambda v: PressKey(v.key()),
    "hang_up": lambda _: HangUp(),
}
