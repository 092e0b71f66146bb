"""What is wrong with a call, as far as its present moment tells: what operators see first."""

from dataclasses import dataclass
from enum import IntEnum

from ivr.dialog.actions import HandoffReason
from ivr.dialog.confidence import Band
from ivr.story.facts import Glimpse
from ivr.story.media import Media

FEW = 2.0  # misunderstandings left; the caller has been misunderstood five times or more
LAST = 1.0  # one more, and a person takes over
SLOW, VERY_SLOW = 1.0, 2.0  # seconds; people wonder whether anybody is there, then speak again
CLINIC_SLOW = 3.0  # seconds without an answer of the clinic
LOSS, MUCH_LOSS = 0.02, 0.05  # share of packets; heard as clicks, then as gaps
JITTER = 0.03  # seconds; beyond what the buffer hides
DEAF = 2.0  # seconds without a packet


class Grade(IntEnum):
    """How bad it is."""

    FINE = 0
    ODD = 1
    BAD = 2
    ALARM = 3


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong."""

    grade: Grade
    text: str


FINE = Trouble(Grade.FINE, "")
GRAVE = {
    HandoffReason.EMERGENCY: Trouble(Grade.ALARM, "may be in danger"),
    HandoffReason.LINE_TROUBLE: Trouble(Grade.BAD, "the line broke"),
    HandoffReason.CLINIC_DOWN: Trouble(Grade.BAD, "clinic down"),
}


def worst(glimpse: Glimpse, media: Media | None, *, still: float, overdue: float) -> Trouble:
    """
    Find what is worst about a call.

    Args:
        glimpse: Its moment.
        media: How its caller is heard, when that is known.
        still: Seconds since anything of the glimpse changed.
        overdue: Seconds its caller has waited for a person beyond what the queue allows.
    """
    found = _of_sound(media)
    if glimpse.phase != "bridged":
        found += _of_waits(glimpse, still, overdue)
    if glimpse.phase == "talking":
        found += _of_dialog(glimpse)
    return max(found, key=lambda one: one.grade, default=FINE)


def _of_waits(glimpse: Glimpse, still: float, overdue: float) -> list[Trouble]:
    found = [trouble for reason, trouble in GRAVE.items() if glimpse.reason == reason]
    if glimpse.asks_clinic and still > CLINIC_SLOW:
        found.append(Trouble(Grade.BAD, "clinic slow"))
    if overdue > 0:
        found.append(Trouble(Grade.BAD, "waits long"))
    return found


def _of_dialog(glimpse: Glimpse) -> list[Trouble]:
    found = []
    if glimpse.turn and glimpse.patience <= FEW:
        grade = Grade.BAD if glimpse.patience <= LAST else Grade.ODD
        found.append(Trouble(grade, "patience ends"))
    if glimpse.latency is not None and glimpse.latency > SLOW:
        grade = Grade.BAD if glimpse.latency > VERY_SLOW else Grade.ODD
        found.append(Trouble(grade, "slow answer"))
    if glimpse.band == Band.REJECT:
        found.append(Trouble(Grade.ODD, "not understood"))
    return found


def _of_sound(media: Media | None) -> list[Trouble]:
    if media is None:
        return []
    found = []
    if media.silent > DEAF:
        found.append(Trouble(Grade.BAD, "no sound comes"))
    share = loss(media)
    if share > LOSS:
        found.append(Trouble(Grade.BAD if share > MUCH_LOSS else Grade.ODD, "packets lost"))
    if media.jitter > JITTER:
        found.append(Trouble(Grade.ODD, "jitter"))
    return found


def loss(media: Media) -> float:
    """Give the share of packets that were lost on the way to us, 0 to 1."""
    due = media.received + media.lost
    return media.lost / due if due else 0.0
