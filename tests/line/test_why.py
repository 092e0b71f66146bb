"""Real calls with a fault planted in each: `ivr why` names it first."""

from pathlib import Path

import pytest

from ivr.story.suspects import Suspect
from tests.support.bad_calls import BAD_CALLS, USUAL
from tests.support.bad_line import judged
from tests.support.bad_scene import prepare

pytestmark = pytest.mark.line

QUICK = {
    Suspect.PACKET_LOSS,
    Suspect.NO_ACK,
    Suspect.LINE_FULL,
    Suspect.WRONG_KEYS,
    Suspect.SHORT_TALK,
}
"""All of them on one line; `python -m bench.why` rings the others, too."""


def test_the_fault_planted_in_a_real_call_is_named_first(tmp_path: Path) -> None:
    calls = [call for call in BAD_CALLS if call.suspect in QUICK and call.setting == USUAL]
    assert len(calls) == len(QUICK)
    results = list(judged(calls, tmp_path, prepare(tmp_path)))
    named = {one.planted.fault: one.named for one in results}
    assert named == {call.fault: call.suspect for call in calls}
