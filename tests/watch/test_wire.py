"""Facts survive the way over the wire; secrets do not set out, and what is none is refused."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.story.calls import CallRow
from ivr.story.facts import Fact, Glimpse
from ivr.story.media import Media
from ivr.story.signalling import Message
from ivr.story.steps import Step
from ivr.story.turns import Turn
from ivr.watch.rows import LineRow, Over
from ivr.watch.wire import read, read_some, told
from tests.watch.facts import began, ended, parts, told_words

KINDS: tuple[type[Any], ...] = (CallRow, Turn, Step, Media, Message, Glimpse, LineRow, Over)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["call", "at", "began", "number", "state", "sound", "slots", "trunks"]),
            inner,
        )
    ),
    max_leaves=12,
)


@pytest.mark.parametrize("fact", [*parts(), began(), ended()], ids=lambda one: type(one).__name__)
def test_what_is_told_is_read_again_as_it_was(fact: Fact) -> None:
    assert read(type(fact), json.loads(json.dumps(told(fact)))) == fact


def test_words_as_they_were_heard_never_set_out() -> None:
    written = told(told_words())
    assert "said" not in written
    assert read(Glimpse, {**written, "said": "x"}).said == ""


@dataclass(frozen=True)
class Newer:
    call: str
    at: str
    shade: str = "green"


def test_a_newer_line_may_tell_more() -> None:
    assert read(Newer, {"call": "1", "at": "2", "more": [3]}) == Newer("1", "2")


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        (Step, {"call": "1", "at": "2026-03-02T09:30:00", "happened": "held"}),
        (Step, {"call": "1", "at": "2026-03-02T09:30:00+00:00", "happened": "exploded"}),
        (Step, {"call": "1", "at": 5, "happened": "held"}),
        (Step, {"call": 1, "at": "2026-03-02T09:30:00+00:00", "happened": "held"}),
        (Step, {"at": "2026-03-02T09:30:00+00:00", "happened": "held"}),
        (CallRow, {"call": "no hex", "started": "2026-03-02T09:30:00+00:00"}),
        (LineRow, {"trunks": [{"status": 200}]}),
        (LineRow, {"capacity": True}),
        (LineRow, []),
    ],
)
def test_what_is_none_is_refused(kind: type[object], raw: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        read(kind, raw)


@given(st.sampled_from(KINDS), JSON)
def test_whatever_comes_is_read_or_refused(kind: type[Any], raw: object) -> None:
    try:
        found = read_some(kind, raw)
    except ValueError:
        return
    assert found.keys() <= set(kind.__dataclass_fields__)
