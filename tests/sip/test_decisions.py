"""What the SIP edge decides by itself: reading requests, locking RTP, naming causes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.errors import LegBroken, LegClosed, LegLost
from ivr.ports import Gone
from sip import admission
from sip.causes import CallState, Status, error_of, gone
from sip.filters import Source
from sip.message import KEYS, Request, parse
from sip.oversize import refusal
from sip.rtp_lock import LEARN_FOR, RELEARN_AFTER, WIDEN_AFTER, RtpLock

ANNOUNCED, BEHIND_NAT, STRANGER = "192.0.2.1:4000", "198.51.100.1:61000", "203.0.113.9:9"


def _request(text: str) -> Request:
    request = parse(text.replace("\n", "\r\n"))
    assert request is not None
    return request


# ---------------------------------------------------------------- requests


@given(st.text())
def test_any_text_is_a_request_or_none(text: str) -> None:
    request = parse(text)
    assert request is None or request.method


@given(st.sampled_from(("INVITE", "INFO", "OPTIONS")), st.text(), st.text())
def test_any_request_can_be_judged(method: str, head: str, body: str) -> None:
    request = parse(f"{method} sip:line@x SIP/2.0\r\nX: {head}\r\n\r\n{body}")
    assert request is not None
    admission.within(request)
    assert set(request.pressed()) <= KEYS
    assert len(request.caller(trusted=True)) <= 64
    assert request.called == "line"
    refusal(request)


def test_short_and_folded_headers_are_understood() -> None:
    request = _request(
        "INVITE sip:555@x SIP/2.0\ni: 77\nf: <sip:5550101@y>\n ;tag=a\nT: <sip:z>;tag=b\n\n"
    )
    assert request.header("call-id") == "77"
    assert (request.from_tag, request.to_tag) == ("a", "b")
    assert request.caller(trusted=False) == "5550101"


def test_a_tag_inside_the_uri_is_no_tag() -> None:
    request = _request("BYE sip:x SIP/2.0\nTo: <sip:z;tag=inside>\n\n")
    assert request.to_tag == ""


@pytest.mark.parametrize(
    "text", ["SIP/2.0 200 OK", "INVITE sip:x SIP/1.0", "IN VITE", "\x00 x SIP/2.0"]
)
def test_what_is_no_request_is_none(text: str) -> None:
    assert parse(f"{text}\r\n\r\n") is None


# ---------------------------------------------------------------- RTP


def test_the_announced_source_is_locked_with_its_first_packet() -> None:
    lock = RtpLock("192.0.2.9")
    lock.agree(ANNOUNCED, now=0.0)
    assert lock.rtp() == (Source("192.0.2.1"), Source("192.0.2.9"))
    lock.see(ANNOUNCED, 1, now=0.1)
    assert lock.rtp() == (Source("192.0.2.1", (4000,)),)
    assert lock.rtcp() == (Source("192.0.2.1", (4000, 4001)),)


def test_another_source_is_believed_after_half_a_second() -> None:
    lock = RtpLock("198.51.100.1")
    lock.agree(ANNOUNCED, now=0.0)
    lock.see(BEHIND_NAT, 1, now=0.1)
    lock.see(BEHIND_NAT, 2, now=0.2)
    assert lock.learning
    lock.see(BEHIND_NAT, 9, now=0.1 + LEARN_FOR)
    assert lock.rtp() == (Source("198.51.100.1", (61000,)),)


def test_the_announced_source_wins_over_one_that_came_first() -> None:
    lock = RtpLock("")
    lock.agree(ANNOUNCED, now=0.0)
    lock.see(STRANGER, 1, now=0.1)
    lock.see(ANNOUNCED, 2, now=0.2)
    lock.see(STRANGER, 50, now=2.0)
    assert lock.rtp() == (Source("192.0.2.1", (4000,)),)


def test_silence_opens_the_door_to_a_server_that_nobody_named() -> None:
    lock = RtpLock("192.0.2.9")
    lock.agree(ANNOUNCED, now=0.0)
    lock.see("", 0, now=WIDEN_AFTER - 0.1)
    assert lock.rtp()
    lock.see("", 0, now=WIDEN_AFTER)
    assert lock.rtp() == ()


def test_a_source_that_moved_is_found_again() -> None:
    lock = RtpLock("198.51.100.1")
    lock.agree(ANNOUNCED, now=0.0)
    lock.see(ANNOUNCED, 1, now=0.0)
    lock.see(ANNOUNCED, 1, now=RELEARN_AFTER - 0.1)
    assert not lock.learning
    lock.see(ANNOUNCED, 1, now=RELEARN_AFTER)
    assert lock.learning
    lock.see(ANNOUNCED, 1, now=RELEARN_AFTER + 0.1)  # the old packet is no news
    assert lock.learning
    lock.see(BEHIND_NAT, 2, now=RELEARN_AFTER + 0.2)
    lock.see(BEHIND_NAT, 30, now=RELEARN_AFTER + 0.2 + LEARN_FOR)
    assert lock.rtp() == (Source("198.51.100.1", (61000,)),)


def test_a_refresh_keeps_the_lock_and_a_new_address_moves_it() -> None:
    lock = RtpLock("")
    lock.agree(ANNOUNCED, now=0.0)
    lock.see(ANNOUNCED, 1, now=0.0)
    lock.agree(ANNOUNCED, now=1.0)
    assert not lock.learning
    lock.agree("192.0.2.2:4000", now=2.0)
    assert lock.rtp() == (Source("192.0.2.2"),)


# ---------------------------------------------------------------- causes


@pytest.mark.parametrize(
    ("status", "state", "given_up", "lost"),
    [
        (200, CallState.CONFIRMED, False, False),
        (486, CallState.RINGING, False, False),
        (503, CallState.RINGING, False, False),
        (408, CallState.CALLING, False, True),
        (408, CallState.CONFIRMED, False, True),
        (200, CallState.CONFIRMED, True, True),
    ],
)
def test_how_a_leg_ended(status: int, state: CallState, given_up: bool, lost: bool) -> None:  # noqa: FBT001 - a table
    assert gone(status, state=state, given_up=given_up) == Gone(status, lost)


def test_whose_fault_an_ended_leg_is() -> None:
    ended = Gone(200)
    assert isinstance(error_of("7f3a0000", ended, ours=True), LegClosed)
    assert isinstance(error_of("7f3a0000", ended, ours=False), LegLost)
    assert isinstance(error_of("7f3a0000", Gone(408, lost=True), ours=False), LegBroken)
    busy = error_of("7f3a0000", Gone(Status.BUSY), ours=False)
    assert isinstance(busy, LegLost)
    assert busy.args[1] == 486
