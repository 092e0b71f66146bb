"""Who may see what."""

import pytest

from ivr.flow.model import Phi
from ivr.privacy.classes import CLASSES, Role, may_see


def test_the_classes_are_those_of_slots() -> None:
    assert tuple(phi.value for phi in Phi) == CLASSES


@pytest.mark.parametrize("role", Role)
def test_everybody_may_see_what_is_not_private(role: Role) -> None:
    assert may_see(role, Phi.NONE)


@pytest.mark.parametrize("role", Role)
def test_whoever_may_see_more_may_see_less(role: Role) -> None:
    seen = [may_see(role, phi) for phi in CLASSES]
    assert seen == sorted(seen, reverse=True)


@pytest.mark.parametrize("role", [Role.STRANGER, Role.OPERATOR, Role.RECORD])
@pytest.mark.parametrize("phi", [Phi.PERSONAL, Phi.MEDICAL])
def test_strangers_operators_and_records_see_nothing_private(role: Role, phi: Phi) -> None:
    assert not may_see(role, phi)


@pytest.mark.parametrize("role", [Role.PATIENT, Role.AGENT])
def test_patients_and_staff_see_what_concerns_them(role: Role) -> None:
    assert may_see(role, Phi.MEDICAL)


@pytest.mark.parametrize("role", Role)
def test_an_unknown_class_is_seen_by_nobody(role: Role) -> None:
    assert not may_see(role, "harmless, I promise")
