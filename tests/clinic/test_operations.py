"""What flows may ask: names, needs and outcomes that `ivr flow check` relies on."""

import re

from ivr.clinic.operations import SPECS
from ivr.flow.model import GAVE_UP, NEXT, UNAVAILABLE, Phi


def test_operations_are_filed_under_their_own_dotted_names() -> None:
    assert all(name == spec.name for name, spec in SPECS.items())
    assert all(re.fullmatch(r"[a-z]+\.[a-z_]+", name) for name in SPECS)


def test_no_outcome_takes_a_word_of_the_engine() -> None:
    outcomes = {outcome for spec in SPECS.values() for outcome in spec.outcomes}
    assert outcomes.isdisjoint({NEXT, GAVE_UP, UNAVAILABLE})


def test_medical_facts_are_only_given_to_verified_callers() -> None:
    for spec in SPECS.values():
        assert spec.verified or Phi.MEDICAL not in spec.gives.values()


def test_whatever_takes_a_patient_or_an_appointment_wants_a_verified_caller() -> None:
    for spec in SPECS.values():
        assert spec.verified == bool({"patient", "appointment"} & set(spec.needs))


def test_every_operation_explains_itself() -> None:
    assert all(len(spec.doc) > 20 for spec in SPECS.values())
