"""What names of the flows and the code are called in a clinic."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ivr.dialog.actions import HandoffReason
from ivr.flow.diagram import in_words
from ivr.flow.model import Ask, Flow, Handoff, Record, Say
from ivr.handoff.office import Office
from ivr.story.calls import CallOutcome
from ivr.story.steps import Happened

OUTCOMES: Mapping[CallOutcome | None, str] = {
    CallOutcome.CONTAINED: "helped by the line itself",
    CallOutcome.HANDED_OFF: "talked to a person",
    CallOutcome.MESSAGE: "left a message",
    CallOutcome.CALLBACK: "asked to be called back",
    CallOutcome.ABANDONED: "hung up before being helped",
    CallOutcome.HUNG_UP_ON: "ended by an operator of the line",
    CallOutcome.REDIRECTED: "sent to the overflow number",
    CallOutcome.FAILED: "ended by a fault of the line",
    CallOutcome.CRASHED: "cut off when the line crashed",
    None: "not over yet",
}
"""In the order in which they are shown."""

_REASONS: Mapping[str, str] = {
    HandoffReason.ASKED: "asked for a person",
    HandoffReason.FLOW: "the conversation leads to a person there",
    HandoffReason.NOT_UNDERSTOOD: "were not understood",
    HandoffReason.SENT: "sent by an operator of the line",
    HandoffReason.EMERGENCY: "said words of an emergency",
    HandoffReason.CLINIC_DOWN: "the clinic's records did not answer",
    HandoffReason.LINE_TROUBLE: "a fault of the line",
}
_FAULTS: Mapping[str, str] = {
    Happened.BROKE: "ended by a fault of the line",
    Happened.MEDIA_LOST: "given up because no sound came any more",
    Happened.SPEECH_LOST: "without speech recognition: callers could only press keys",
    Happened.NOT_SPOKEN: "a sentence could not be spoken",
}
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one practice; a name that its flows do not know any more stands for itself."""

    flows: Mapping[str, Flow] = field(default_factory=dict)
    office: Office = field(default_factory=Office)

    def about(self, flow: str) -> str:
        """Say what callers rang about."""
        if not flow:
            return "Nothing they told the line"
        return self.flows[flow].title if flow in self.flows else capital(in_words(flow))

    def state(self, place: str) -> str:
        """Say where in the conversation `flow.state` is."""
        flow, _, state = place.partition(".")
        return f"{self.about(flow)}: {in_words(state)}" if state else "before the first words"

    def prompt(self, place: str) -> str:
        """Tell what callers hear in `flow.state`, slots unfilled; `` for nothing that is known."""
        flow, _, name = place.partition(".")
        match self.flows[flow].states.get(name) if flow in self.flows else None:
            case Ask(question=question):
                return question.prompt
            case Say(prompt=prompt) | Record(prompt=prompt) | Handoff(prompt=prompt):
                return prompt
            case _:
                return ""

    def queue(self, name: str) -> str:
        """Say whom callers waited for."""
        return self.office.title(name)

    def reason(self, reason: str) -> str:
        """Say why callers went to a person."""
        return _REASONS.get(reason, in_words(reason))

    def fault(self, what: str) -> str:
        """Say what went wrong."""
        return _FAULTS.get(what, f"the clinic's records did not answer ({what})")


def clock(hour: int) -> str:
    """Write an hour of the day as people do: `9 AM`."""
    return f"{hour % 12 or 12} {'AM' if hour % 24 < 12 else 'PM'}"  # noqa: PLR2004 - noon


def time_of_day(moment: datetime) -> str:
    """Write the time of *moment*: `1:05 PM`."""
    half = "AM" if moment.hour < 12 else "PM"  # noqa: PLR2004 - noon
    return f"{moment.hour % 12 or 12}:{moment.minute:02} {half}"


def capital(text: str) -> str:
    """Begin *text* with a capital letter."""
    return text[:1].upper() + text[1:]
