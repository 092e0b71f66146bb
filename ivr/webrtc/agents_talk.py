"""One talk of one agent, as their console has it: from the answer to the finished note."""

import asyncio
from dataclasses import dataclass, field

from ivr.handoff.card import Card
from ivr.webrtc.console_leg import ConsoleLeg
from ivr.webrtc.floor import WrapUpNote
from ivr.webrtc.messages import WrapUpDone, WrapUpOutcome
from ivr.webrtc.notes import NoteKeeper
from ivr.webrtc.views import TalkShown, WrapUpShown


@dataclass(slots=True)
class AgentsTalk:
    """Also one that is over, while its note is not finished."""

    card: Card
    leg: ConsoleLeg
    took_over: bool = False
    muted: bool = False
    note: str = ""
    outcome: WrapUpOutcome = WrapUpOutcome.UNSAID
    began: float = field(default_factory=lambda: asyncio.get_running_loop().time())

    @property
    def call(self) -> str:
        """Opaque id."""
        return self.card.call

    @property
    def written(self) -> bool:
        """Whether there is anything to keep."""
        return bool(self.note or self.outcome)

    @property
    def shown(self) -> TalkShown:
        """What the page shows while it lasts."""
        return TalkShown(
            call=self.call,
            card=self.card,
            view=self.leg.view,
            seconds=asyncio.get_running_loop().time() - self.began,
            muted=self.muted,
            note=self.note,
            outcome=self.outcome,
            took_over=self.took_over,
        )

    @property
    def wrap_up(self) -> WrapUpShown:
        """What the page shows afterwards."""
        return WrapUpShown(self.call, self.card, self.note, self.outcome)

    def noted(self, agent: str, *, finished: bool) -> WrapUpNote:
        """Return what is kept."""
        return WrapUpNote(self.call, agent, self.note, self.outcome, finished)


class Work:
    """What an agent is at: one talk, and before the next one the note of the last."""

    def __init__(self, agent: str, notes: NoteKeeper) -> None:
        """
        Begin with nothing.

        Args:
            agent: Name of the agent.
            notes: Keeps what they write.
        """
        self._agent = agent
        self._notes = notes
        self.talk: AgentsTalk | None = None
        self.wrap_up: AgentsTalk | None = None

    def begin(self, talk: AgentsTalk) -> None:
        """Talk; the note of the talk before is kept as it is."""
        self.put_away()
        self.talk = talk

    def over(self) -> None:
        """Note that the talk is over, by whomever; what is left is the note."""
        self.wrap_up, self.talk = self.talk, None

    def write(self, call: str, note: str, outcome: WrapUpOutcome) -> None:
        """Remember what is typed so far."""
        for talk in (self.talk, self.wrap_up):
            if talk is not None and talk.call == call:
                talk.note, talk.outcome = note, outcome

    def finish(self, done: WrapUpDone) -> bool:
        """Keep the finished note; False: it is not of the talk that was last."""
        talk = self.wrap_up
        if talk is None or talk.call != done.call:
            return False
        self.write(done.call, done.note, done.outcome)
        self._notes.take(talk.noted(self._agent, finished=True))
        self.wrap_up = None
        return True

    def put_away(self) -> None:
        """Keep what stands in notes that nobody finished, and forget the talks."""
        for talk in (self.talk, self.wrap_up):
            if talk is not None and talk.written:
                self._notes.take(talk.noted(self._agent, finished=False))
        self.talk = self.wrap_up = None
