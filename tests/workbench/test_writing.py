"""Scenarios that are written read as what they were."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ivr.caller.scenario import (
    Answer,
    Answers,
    Ends,
    Fault,
    Health,
    Hears,
    Keys,
    Noise,
    Part,
    Says,
    Scenario,
    Silence,
    Slots,
    Step,
    read_scenario,
)
from ivr.workbench.writing import write_scenario

words = st.text("abc '\",.:#{}[]?!-YESnoé0", min_size=1, max_size=30).filter(
    lambda text: any(c.isalnum() for c in text)
)
folded = words.map(lambda text: " ".join(text.split()))
seconds = st.integers(1, 30).map(float)
values = st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), folded, max_size=3)
steps = st.one_of(
    st.builds(Hears, text=folded),
    st.builds(Says, text=folded, over=st.booleans(), sure=st.sampled_from([1.0, 0.5])),
    st.builds(Keys, st.sampled_from(["0", "12 3#", "*"]), over=st.booleans()),
    st.builds(Silence, seconds),
    st.builds(Noise, seconds),
    st.builds(Slots, values),
    st.just(Answers((Answer("refills.status", "ready", {"drug": "no: 1"}, after=2.5),))),
    st.just(Fault(Part.CLINIC, Health.SLOW)),
)


def unplaced(step: Step) -> Step:
    return replace(step, line=0)


@given(folded, st.lists(steps, min_size=1, max_size=6), values, st.sampled_from(Ends))
def test_what_is_written_reads_as_what_it_was(
    title: str, steps: list[Step], known: dict[str, str], ends: Ends
) -> None:
    known = {name: "" if value == "unset" else value for name, value in known.items()}
    scenario = Scenario(title, tuple(steps), ends, flow="f", state="s", known=known)
    read = read_scenario(write_scenario(scenario), file="")
    assert replace(read, steps=tuple(map(unplaced, read.steps))) == scenario
