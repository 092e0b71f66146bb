"""Whatever a page says is a message with every value in its limits, or `Misspoken`."""

import json
import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.handoff.commands import Attending, Consult, SendTo, SendToFlow
from ivr.webrtc import messages
from ivr.webrtc.messages import (
    Attend,
    Command,
    Draft,
    LogIn,
    Misspoken,
    WrapUpDone,
    WrapUpOutcome,
    read,
)
from tests.support.need import ROOT

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
MEMBERS = ("version", "name", "password", "token", "sdp", "reason", "offer", "muted", "do", "to")
MORE = ("call", "note", "outcome", "ready", "mode", "ticket", "key")
GOOD: dict[str, dict[str, object]] = {
    "log_in": {"version": 1, "name": "Dana", "password": "x"},
    "return": {"version": 1, "token": "abc-_1"},
    "ring_line": {"version": 1, "sdp": "v=0\r\n"},
    "ready": {},
    "pause": {"reason": "Lunch"},
    "log_out": {},
    "sound": {"offer": 1, "sdp": "v=0\r\n"},
    "take": {"offer": 1},
    "decline": {"offer": 1},
    "mute": {"muted": True},
    "command": {"do": "hold"},
    "draft": {"call": "5f1c20aa", "note": "", "outcome": ""},
    "wrap_up_done": {"call": "5f1c20aa", "note": "n", "outcome": "solved", "ready": True},
    "attend": {"call": "5f1c20aa", "mode": "listen"},
    "leave_talk": {},
    "move_up": {"ticket": "t1"},
    "key": {"key": "#"},
    "hang_up": {},
}


def spoken(kind: str, **members: object) -> messages.Message:
    return read(json.dumps({"type": kind, **members}))


@given(st.text() | st.binary() | VALUES.map(json.dumps))
def test_any_text_is_a_message_or_refused(text: str | bytes) -> None:
    with suppress(Misspoken):
        read(text)


@given(st.sampled_from(sorted(GOOD)), st.dictionaries(st.sampled_from(MEMBERS + MORE), VALUES))
def test_any_values_in_a_message_are_in_their_limits_or_refused(
    kind: str, spoilt: dict[str, object]
) -> None:
    with suppress(Misspoken):
        spoken(kind, **GOOD[kind] | spoilt)


@pytest.mark.parametrize("kind", GOOD)
def test_each_kind_of_message_is_read(kind: str) -> None:
    spoken(kind, **GOOD[kind])


@pytest.mark.parametrize("text", ["[" * 60_000, '{"type":' * 9_000, "9" * 60_000, '"\\ud800"'])
def test_texts_that_break_readers_are_refused(text: str) -> None:
    with pytest.raises(Misspoken):
        read(text)


def test_what_an_agent_asks_for_is_understood() -> None:
    assert spoken("command", do="consult", to="Lee") == Command(Consult("Lee"))
    assert spoken("command", do="send_to", to="212-555-0142") == Command(SendTo("212-555-0142"))
    assert spoken("command", do="send_to_flow", to="pay_bill") == Command(SendToFlow("pay_bill"))
    assert spoken("attend", call="a1", mode="whisper") == Attend("a1", Attending.WHISPER)
    done = spoken("wrap_up_done", call="a1", note="n", outcome="solved", ready=False)
    assert done == WrapUpDone("a1", "n", WrapUpOutcome.SOLVED, ready=False)


def test_a_note_keeps_its_lines_and_loses_what_cannot_be_printed() -> None:
    draft = spoken("draft", call="a1", note="one\ntwo\x00\ud800", outcome="")
    assert draft == Draft("a1", "one\ntwo  ", WrapUpOutcome.UNSAID)


def test_a_page_of_another_version_is_told_to_load_anew() -> None:
    with pytest.raises(Misspoken, match="load it again"):
        spoken("log_in", **GOOD["log_in"] | {"version": 99})


def test_no_password_is_printed() -> None:
    assert "secret" not in repr(LogIn("Dana", "secret"))


def test_the_page_of_the_protocol_lists_every_message() -> None:
    page = (ROOT / "docs" / "reference" / "console-protocol.md").read_text(encoding="utf-8")
    section = page[page.index("## What a page says") : page.index("## What the line says")]
    assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == GOOD.keys()
