"""Whatever is asked, the embedded clinic's answers stay within their specification."""

import sqlite3
from datetime import date, datetime

from hypothesis import given
from hypothesis import strategies as st

from ivr.clinic import answers
from ivr.clinic.demo import CALL_BACKS
from ivr.clinic.operations import SPECS
from ivr.clinic.people import invent
from ivr.errors import ClinicError
from ivr.flow.model import Value

NOON = datetime(2031, 5, 6, 12, 0)  # noqa: DTZ001 - the wall clock of the practice
PRACTICE = invent(NOON.date())
DATABASE = sqlite3.connect(":memory:", check_same_thread=False)
DATABASE.executescript(answers.SCHEMA)
answers.rewrite(DATABASE, PRACTICE, NOON.date())
TEXTS = st.text(max_size=20) | st.text("0123456789 -+()", max_size=16)
ANYTHING: st.SearchStrategy[Value] = st.one_of(
    TEXTS, st.integers(), st.booleans(), st.dates(), st.datetimes(), st.decimals()
)
KEYS = st.sampled_from([p.key for p in PRACTICE.patients] + [a.key for a in PRACTICE.appointments])


def test_every_operation_of_the_practice_has_an_answer() -> None:
    answered = answers.READS.keys() | answers.WRITES.keys()
    assert answered == SPECS.keys() - CALL_BACKS


@given(st.sampled_from(sorted(answers.READS.keys() | answers.WRITES.keys())), st.data())
def test_any_question_gets_an_answer_of_its_specification(name: str, data: st.DataObject) -> None:
    spec = SPECS[name]
    arguments = {need: data.draw(KEYS | ANYTHING) for need in spec.needs}
    try:
        result = (answers.READS | answers.WRITES)[name](DATABASE, arguments, NOON)
    except ClinicError:
        assert not isinstance(arguments["date_of_birth"], date)
    else:
        assert result.outcome in spec.outcomes
        assert set(result.values) == set(spec.fills.get(result.outcome, spec.gives))


@given(TEXTS, st.dates())
def test_only_the_right_proof_opens_the_door(phone: str, born: date) -> None:
    asked: dict[str, Value] = {"date_of_birth": born, "phone": phone}
    digits = "".join(filter(str.isdigit, phone))[-10:]
    right = any((p.date_of_birth, p.phone) == (born, digits) for p in PRACTICE.patients)
    outcome = answers.verify_by_phone(DATABASE, asked, NOON).outcome
    assert right or outcome in ("not_found", "locked")
