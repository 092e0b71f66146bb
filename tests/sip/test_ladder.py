"""Which SIP message belongs to which call, without a network."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from ivr.observing import MESSAGES
from ivr.story.signalling import Message
from sip.ladder import LAST_WORDS, REMEMBERED, STRANGERS, Ladders

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def packet(start: str, call_id: str = "a@x", cseq: str = "1 INVITE") -> str:
    return f"{start}\r\nVia: SIP/2.0/UDP x\r\nCall-ID: {call_id}\r\nCSeq: {cseq}\r\n\r\nv=0"


INVITE = "INVITE sip:line@x SIP/2.0"
OK = "SIP/2.0 200 OK"


def passed(ladders: Ladders, start: str, *, outward: bool = False, **words: str) -> None:
    ladders.passed(packet(start, **words), outward=outward, at=NOON)


def test_messages_wait_until_it_is_known_whose_they_are() -> None:
    ladders, told = Ladders(), list[Message]()
    passed(ladders, INVITE)
    passed(ladders, "SIP/2.0 100 Trying", outward=True)
    ladders.belongs("a@x", told.append)
    passed(ladders, OK, outward=True)
    assert [(m.outward, m.method, m.status) for m in told] == [
        (False, "INVITE", 0), (True, "INVITE", 100), (True, "INVITE", 200)
    ]  # fmt: skip


def test_a_call_whose_invite_was_not_seen_is_told_from_then_on() -> None:
    ladders, told = Ladders(), list[Message]()
    ladders.belongs("a@x", told.append)
    passed(ladders, "BYE sip:line@x SIP/2.0", cseq="2 BYE")
    assert [m.method for m in told] == ["BYE"]


def test_compact_headers_are_read() -> None:
    ladders, told = Ladders(), list[Message]()
    ladders.belongs("a@x", told.append)
    ladders.passed(f"{INVITE}\r\ni: a@x\r\nCSeq: 7 INVITE\r\n\r\n", outward=False, at=NOON)
    assert len(told) == 1


def test_headers_in_a_body_are_none() -> None:
    ladders = Ladders()
    ladders.passed(f"{INVITE}\r\n\r\nCall-ID: a@x\r\nCSeq: 7 INVITE\r\n", outward=False, at=NOON)
    assert not len(ladders)


def test_the_same_again_is_a_repetition_but_the_next_request_is_not() -> None:
    ladders, told = Ladders(), list[Message]()
    ladders.belongs("a@x", told.append)
    for cseq in ("1 INVITE", "1 INVITE", "2 INVITE"):
        passed(ladders, INVITE, cseq=cseq)
    passed(ladders, INVITE, outward=True, cseq="1 INVITE")  # theirs and ours count apart
    assert [m.again for m in told] == [False, True, False, False]


def test_a_method_that_no_standard_names_is_not_passed_on() -> None:
    ladders, told = Ladders(), list[Message]()
    ladders.belongs("a@x", told.append)
    passed(ladders, "ALEX-SAMPLE sip:line@x SIP/2.0", cseq="1 ALEX-SAMPLE")
    assert [m.method for m in told] == ["OTHER"]


def test_what_begins_no_call_is_not_remembered() -> None:
    ladders = Ladders()
    for method in ("OPTIONS", "REGISTER", "BYE", "ACK"):
        passed(ladders, f"{method} sip:line@x SIP/2.0", cseq=f"1 {method}")
    assert not len(ladders)


def test_the_last_words_of_a_call_are_told_then_it_is_forgotten() -> None:
    ladders, told = Ladders(), list[Message]()
    ladders.belongs("a@x", told.append)
    ladders.over("a@x", now=100.0)
    ladders.sweep(now=100.0 + LAST_WORDS / 2)
    passed(ladders, "ACK sip:line@x SIP/2.0", cseq="1 ACK")
    ladders.sweep(now=100.0 + LAST_WORDS)
    passed(ladders, "ACK sip:line@x SIP/2.0", cseq="2 ACK")
    assert len(told) == 1
    assert not len(ladders)


def test_one_call_that_floods_is_cut() -> None:
    ladders, told = Ladders(), list[Message]()
    ladders.belongs("a@x", told.append)
    for number in range(MESSAGES * 2):
        passed(ladders, "INFO sip:line@x SIP/2.0", cseq=f"{number} INFO")
    assert len(told) == MESSAGES


def test_a_thousand_calls_that_ended_and_a_flood_of_strangers_leave_little() -> None:
    ladders = Ladders()
    for number in range(1000):
        call_id = f"{number}@x"
        passed(ladders, INVITE, call_id=call_id)
        ladders.belongs(call_id, lambda _: None)
        ladders.over(call_id, now=float(number) / 1000)
        passed(ladders, INVITE, call_id=f"stranger{number}@x")
    assert len(ladders) <= REMEMBERED + STRANGERS
    ladders.sweep(now=1.0 + LAST_WORDS)
    assert len(ladders) <= STRANGERS


@given(st.text(), st.booleans())
def test_any_text_is_harmless(text: str, outward: bool) -> None:  # noqa: FBT001 - given by hypothesis
    ladders = Ladders()
    ladders.passed(text, outward=outward, at=NOON)
    ladders.passed(packet(INVITE) + text, outward=outward, at=NOON)
    assert len(ladders) <= 2
