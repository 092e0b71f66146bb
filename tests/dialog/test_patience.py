from hypothesis import given
from hypothesis import strategies as st

from ivr.dialog.actions import HandoffReason
from ivr.dialog.patience import BUDGET, Patience
from ivr.flow.compiler import compile_book
from tests.dialog.conversation import Conversation, phrases

ROUND = """
flow: round
title: Round and round
queue: front_desk
start: left
states:
  left:
    prompt: Left?
    attempts: 1
    choices:
      sure: {key: "1", says: [sure], next: right}
      leave: {key: "2", says: [leave], next: out}
    on: {gave_up: right}
  right:
    prompt: Right?
    attempts: 1
    choices:
      sure: {key: "1", says: [sure], next: left}
    on: {gave_up: left}
  out: {end: Goodbye.}
"""


def turning() -> Conversation:
    book = compile_book({"round.yaml": ROUND}, {}, start="round")
    return Conversation(book, start="round").answer()


def test_a_flow_that_leads_in_circles_comes_to_a_person() -> None:
    call = turning()
    for _ in range(int(BUDGET)):
        assert call.said in {"Left?", "Right?"}
        call.stay_silent()
    assert call.said in {"Left?", "Right?"}
    call.stay_silent()
    assert call.said == phrases().not_understood
    call.finish_prompt()
    assert call.handed_off.briefing.reason is HandoffReason.NOT_UNDERSTOOD


def test_an_answer_understood_gives_a_little_back() -> None:
    call = turning()
    call.stay_silent()
    assert call.dialog.view.patience == BUDGET - 1.0
    call.say("sure")
    assert call.dialog.view.patience == BUDGET - 0.5
    call.say("sure")
    call.say("sure")
    assert call.dialog.view.patience == BUDGET


@given(st.lists(st.sampled_from([1.0, 0.5, 0.0]), max_size=60))
def test_patience_stays_between_nothing_and_its_budget(costs: list[float]) -> None:
    patience = Patience()
    for cost in costs:
        if cost:
            patience.miss(cost)
        else:
            patience.relieve()
        assert 0.0 <= patience.left <= BUDGET
        assert patience.exhausted == (patience.left == 0.0)


def test_another_way_is_tried_once_after_patience_is_used_up() -> None:
    patience = Patience(budget=1.0)
    assert patience.may_try_another_way()
    assert patience.may_try_another_way()
    patience.miss()
    assert patience.may_try_another_way()
    assert not patience.may_try_another_way()
