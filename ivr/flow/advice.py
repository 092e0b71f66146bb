"""Advice on flows: what keeps none of them from going live, and gives callers trouble."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from ivr.errors import FlowError
from ivr.flow.model import OperationSpec
from ivr.flow.phrases import Taken, check_phrases
from ivr.flow.progress import check_progress
from ivr.flow.reader import Draft
from ivr.flow.reading import ORDINARY_RATE
from ivr.flow.scene import scene_of
from ivr.flow.sounds import Lexicon
from ivr.flow.spoken import check_spoken


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands round the flows: how the line speaks, and what it hears."""

    lexicon: Lexicon | None = None
    """The recogniser's dictionary; without it nothing is said about sounds."""
    words_a_minute: float = ORDINARY_RATE
    languages: Collection[str] = ("en", "es")
    """Those in which the line has words of its own."""
    given: Collection[str] = ()
    """Slots that the line itself may set before a flow begins."""
    taken: Taken = lambda _phrase, _language: False


def advise(
    drafts: Iterable[Draft],
    operations: Mapping[str, OperationSpec],
    *,
    start: str,
    around: Surroundings,
) -> tuple[FlowError, ...]:
    """
    Give every warning about *drafts*; what stops them is for `check_drafts` to say.

    Args:
        drafts: All flows of the line.
        operations: What they may ask of the clinic.
        start: The flow a call begins with.
        around: What stands round them.
    """
    scene = scene_of(drafts, operations, start=start)
    return (
        *check_progress(scene, given=around.given),
        *check_spoken(scene, words_a_minute=around.words_a_minute, languages=around.languages),
        *check_phrases(scene, lexicon=around.lexicon, taken=around.taken),
    )
