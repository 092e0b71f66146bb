"""An account takes the same way again, and holds nothing of the patient."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.clinic.people import ALEX, CASEY, JORDAN, SAM, invent
from ivr.dialog.account import Account, read, written
from ivr.dialog.retelling import retell
from ivr.dialog.witness import Witness
from ivr.terminal import Rehearsal
from ivr.workbench import suite
from ivr.workbench.paper import PaperLine
from ivr.workbench.suite import run_text
from tests.flows.shipped import SCENARIOS, book, scenario, today, wording

PEOPLE = (ALEX, JORDAN, CASEY, SAM)
SAYINGS = (
    *("refill", "appointment", "insurance", "yes", "no", "help", "repeat", "go back", "start over"),
    *("operator", "i have chest pain", "spanish", "mumble", "no january fifteenth nineteen ninety"),
    *("march third nineteen eighty two", "two one two five five five zero one four two"),
    *("four eight two one five zero seven", "one zero zero zero one", "confirm", "cancel"),
)
KEYED = ("1", "2", "3", "0", "#", "*", "9", "03031982", "2125550142", "4821507", "10001", "03")


@cache
def paper() -> PaperLine:
    return PaperLine(book(), wording(), today=today())


def witnessed(path: Path, monkeypatch: pytest.MonkeyPatch) -> Account:
    """Perform a scenario as text; give what its conversation kept."""
    made: list[Witness] = []

    class Kept(Witness):
        def __init__(self, *arguments: object, **options: object) -> None:
            super().__init__(*arguments, **options)  # type: ignore[arg-type] # as it was called
            made.append(self)

    monkeypatch.setattr(suite, "Dialog", Kept)
    assert run_text(scenario(path), paper()).failure is None
    told = made[0].account()
    assert told is not None
    return told


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_shipped_scenario_is_told_again_the_same_way(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = witnessed(path, monkeypatch)
    again = retell(told, book(), wording())
    assert (again.path, again.ending, again.unknown) == (told.path, told.ending, "")
    assert read(json.loads(json.dumps(written(told)))) == told


def secrets() -> Iterator[str]:
    """Everything that the invented patients are, say and key."""
    practice = invent(today())
    for person in PEOPLE:
        born = person.date_of_birth
        yield from (person.key, person.name, *person.name.split(), person.phone, person.zip)
        yield from (born.isoformat(), f"{born:%m%d%Y}", f"{born:%m%d%y}", f"{born:%B}".lower())
    for each in practice.prescriptions:
        yield from (each.number, each.drug, each.drug.split()[0], each.pharmacy)
    for visit in practice.appointments:
        yield from (visit.key, visit.provider, visit.location, f"{visit.starts:%Y-%m-%d %H:%M}")
    yield from (cover.plan for cover in practice.coverages)


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_nothing_of_a_patient_is_in_a_testimony(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = json.dumps(written(witnessed(path, monkeypatch)))
    assert [secret for secret in secrets() if secret in kept] == []


MOVES = st.lists(
    st.one_of(
        st.sampled_from(SAYINGS).map(lambda words: ("say", words)),
        st.sampled_from(KEYED).map(lambda keys: ("press", keys)),
        st.sampled_from(("wait", "listen", "hang up")).map(lambda what: (what, "")),
    ),
    max_size=14,
)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(MOVES, st.sampled_from((0.3, 0.6, 0.9)), st.booleans())
def test_whatever_a_caller_does_is_told_again_the_same_way(
    moves: list[tuple[str, str]],
    confidence: float,
    impatient: bool,  # noqa: FBT001 - hypothesis gives it
) -> None:
    dialog = Witness(book(), wording(), start="main_menu", today=today())
    call = Rehearsal(dialog, paper().clinic(), impatient=impatient)
    for what, how in moves:
        match what:
            case "say":
                call.say(how, confidence=confidence)
            case "press":
                call.press(how)
            case "wait":
                call.wait()
            case "listen":
                call.listen()
            case _:
                call.hang_up()
    call.hang_up()
    told = dialog.account()
    if told is None:
        assert impatient  # who keys ahead of several questions may be one whom nobody can retell
        return
    again = retell(told, book(), wording())
    assert (again.path, again.ending) == (dialog.path, told.ending)
    kept = json.dumps(written(told))
    assert [secret for secret in secrets() if secret in kept] == []


@pytest.mark.parametrize("given", [None, [], "x", {}, {"flow": "main_menu"}, {"acts": [1] * 501}])
def test_what_is_no_testimony_is_refused(given: object) -> None:
    with pytest.raises(ValueError, match="no account"):
        read(given)
