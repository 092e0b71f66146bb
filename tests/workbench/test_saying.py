"""What callers can hear, collected: the same words that the conversation says."""

from datetime import date

import pytest

from ivr.dialog.wording import Wording
from ivr.flow.model import Ask, Call, Return, Say
from ivr.workbench.saying import LINE, Saying, own_sayings, sayings_of
from tests.flows.shipped import book, wording

TODAY = date(2026, 11, 23)


def said(flow: str, state: str) -> dict[str, str]:
    found = sayings_of(book().flows[flow], wording(), today=TODAY)
    return {saying.when: saying.text for saying in found if saying.state == state}


def test_a_question_has_every_variant() -> None:
    assert list(said("refill_status", "ask_number")) == [
        "asked",
        "1st silence",
        "2nd silence",
        "1st not understood",
        "2nd not understood",
        "last try: a person",
        "help",
        "read back if unsure",
        "read back again",
        "“no” to the read-back",
        "the line cannot hear",
    ]


def test_variants_are_put_together_as_on_a_call() -> None:
    variants = said("appointment_confirmation", "ask_sure")
    assert variants["1st silence"] == "I didn't hear anything. Should I cancel this appointment?"
    assert variants["read back if unsure"] == "I heard: yes. Is that right?"
    assert variants["help"].endswith("Should I cancel this appointment?")


def test_a_question_with_its_own_way_out_does_not_apologise() -> None:
    assert "last try: a person" not in said("main_menu", "anything_else")


def test_values_are_invented_and_spoken_as_on_a_call() -> None:
    told = said("refill_status", "in_progress")["said"]
    assert "lisinopril ten milligrams" in told
    assert "tomorrow, Tuesday, November twenty fourth, at four in the afternoon" in told
    read_back = said("refill_status", "ask_number")["read back if unsure"]
    assert read_back == "I heard: four eight two, one five zero seven. Is that right?"
    assert "twenty five dollars and fifty cents" in said("eligibility", "active")["said"]


def test_an_answer_that_is_always_read_back_says_so() -> None:
    assert "read back" in said("keep_my_place", "ask_number")


@pytest.mark.parametrize("flow", book().flows)
def test_everything_the_author_wrote_is_heard(flow: str) -> None:
    sayings = sayings_of(book().flows[flow], wording(), today=TODAY)
    for name, state in book().flows[flow].states.items():
        templates = " ".join(saying.template for saying in sayings if saying.state == name)
        match state:
            case Ask(question=question):
                written = (question.prompt, question.help, *question.no_input, *question.no_match)
                assert [text for text in written if text not in templates] == []
            case Call() | Return():
                assert not templates
            case Say(prompt=prompt):
                assert prompt == templates
            case _:
                assert templates


def test_only_what_holds_no_value_is_the_same_for_everybody() -> None:
    for saying in _all():
        assert saying.cacheable == ("{" not in saying.template) or "I heard" in saying.text
    read_back = [s for s in _all() if "read back" in s.when and s.state == "ask_birth"]
    assert not any(saying.cacheable for saying in read_back)


def test_the_lines_own_words_are_all_there() -> None:
    own = own_sayings(wording(), language="en")
    assert {saying.flow for saying in own} == {LINE}
    texts = {saying.when: saying.text for saying in own}
    assert texts["silence 1"] == wording()("en").no_input[0]
    assert texts["place"] == "You are number three in line."
    assert texts["to the agent: urgent"] == wording()("en").briefing_urgent
    assert not any("{" in text for text in texts.values())


def test_spanish_is_spoken_in_spanish_in_every_language() -> None:
    own = own_sayings(wording(), language="en")
    assert [saying.language for saying in own if saying.when == "spanish"] == ["es"]


def test_a_wording_in_spanish_is_shown_in_spanish() -> None:
    assert isinstance(wording(), Wording)
    assert any("persona" in saying.text for saying in own_sayings(wording(), language="es"))


def _all() -> list[Saying]:
    flows = book().flows.values()
    return [saying for flow in flows for saying in sayings_of(flow, wording(), today=TODAY)]
