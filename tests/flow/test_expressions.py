from datetime import date, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.flow.expressions import MAX_DEPTH, MAX_LENGTH, Expression, GuardError, parse
from ivr.flow.model import Value

VALUES: dict[str, Value] = {
    "patient": "p-17",
    "plan": "hmo",
    "wants": False,
    "likes": True,
    "said": "no",
    "copay": Decimal("20.00"),
    "count": 7,
    "digits": "007",
    "day": date(2030, 1, 31),
    "hour": time(9, 30),
}


@pytest.mark.parametrize(
    "guard",
    [
        "patient",
        "not nobody",
        "not wants",
        "not said",
        "likes",
        "likes == yes",
        "likes == true",
        "wants == no",
        "plan == hmo",
        "plan == HMO",
        "plan == 'hmo'",
        "plan != ppo",
        "nobody != hmo",
        "plan in [ppo, hmo]",
        "not plan in [ppo, epo]",
        "copay == 20",
        "count == 7",
        "digits == '007'",
        "not digits == 7",
        "day == 2030-01-31",
        "hour == 09:30:00",
        "nobody or plan == ppo or patient",
        "patient and (nobody or likes)",
        "not (patient and nobody)",
        "not nobody and patient",
    ],
)
def test_a_guard_holds(guard: str) -> None:
    assert parse(guard).holds(VALUES)


@pytest.mark.parametrize(
    "guard",
    [
        "nobody",
        "wants",
        "said",
        "nobody == hmo",
        "count == seven",
        "count == sNaN",
        "plan in [ppo]",
    ],
)
def test_a_guard_does_not_hold(guard: str) -> None:
    assert not parse(guard).holds(VALUES)


def test_and_binds_closer_than_or() -> None:
    assert parse("likes or nobody and nobody").holds(VALUES)
    assert not parse("(likes or nobody) and nobody").holds(VALUES)


@pytest.mark.parametrize(
    ("guard", "column"),
    [
        ("", 1),
        ("plan = hmo", 6),
        ("plan ==", 8),
        ("plan == and", 9),
        ("plan in hmo", 9),
        ("plan in [hmo", 13),
        ("plan in []", 10),
        ("(plan", 6),
        ("plan)", 5),
        ("plan hmo", 6),
        ("Plan", 1),
        ("and", 1),
        ("'plan'", 1),
        ("plan == 'hmo", 9),
        ("plan < 3", 6),
        ("plan.lower", 1),
        ("__import__('os')", 1),
        ("not " * (MAX_DEPTH + 1) + "plan", 4 * MAX_DEPTH + 1),
        ("a" * (MAX_LENGTH + 1), MAX_LENGTH + 1),
    ],
)
def test_a_broken_guard_tells_its_column(guard: str, column: int) -> None:
    with pytest.raises(GuardError) as caught:
        parse(guard)
    assert caught.value.column == column
    assert f"column {column}" in str(caught.value)


def test_names_are_the_slots_looked_at() -> None:
    assert parse("a and not (b == c or d in [e])").names == {"a", "b", "d"}


@pytest.mark.parametrize(
    ("guard", "if_true", "if_false"),
    [
        ("a", {"a"}, set()),
        ("not a", set(), {"a"}),
        ("a != x", set(), {"a"}),
        ("a == x and b", {"a", "b"}, set()),
        ("a or b", set(), set()),
        ("(a and b) or (a and c)", {"a"}, set()),
        ("not a or not b", set(), {"a", "b"}),
    ],
)
def test_a_guard_proves_which_slots_are_set(
    guard: str, if_true: set[str], if_false: set[str]
) -> None:
    expression = parse(guard)
    assert expression.proves(outcome=True) == if_true
    assert expression.proves(outcome=False) == if_false


guards = st.recursive(
    st.sampled_from(["a", "b", "c == yes", "a != x", "b in [x, y]"]),
    lambda inner: st.one_of(
        inner.map(lambda guard: f"not ({guard})"),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]}) and ({pair[1]})"),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]}) or ({pair[1]})"),
    ),
    max_leaves=6,
)


@given(guards, st.dictionaries(st.sampled_from("abc"), st.sampled_from(["x", "y", "no", True])))
def test_what_a_guard_proves_is_true(guard: str, values: dict[str, Value]) -> None:
    expression = parse(guard)
    assert expression.proves(outcome=expression.holds(values)) <= values.keys()


@given(st.text(alphabet="abn otrd=!()[],'\"x1.", max_size=30))
def test_any_text_is_a_guard_or_a_guard_error(text: str) -> None:
    read = _read(text)
    if isinstance(read, GuardError):
        assert 1 <= read.column <= len(text) + 1
    else:
        assert read == parse(text)
        assert read.holds({}) in {True, False}


def _read(text: str) -> Expression | GuardError:
    try:
        return parse(text)
    except GuardError as error:
        return error
