"""What every clinic promises; each implementation's tests run these checks against it."""

from collections.abc import Mapping

import pytest

from ivr.errors import ClinicError
from ivr.flow.model import OperationSpec, Value
from ivr.ports import Clinic, OperationResult


async def check_answer(clinic: Clinic, operation: str, arguments: Mapping[str, Value]) -> str:
    """Ask, and hold the answer against the operation's specification; return the outcome."""
    result: OperationResult = await clinic.perform(operation, arguments)
    spec: OperationSpec = clinic.operations[operation]
    assert result.outcome in spec.outcomes
    assert set(result.values) == set(spec.fills.get(result.outcome, spec.gives))
    return result.outcome


async def check_questions_that_are_none(clinic: Clinic) -> None:
    """Hold that a clinic refuses what it cannot be asked, without repeating what was asked."""
    with pytest.raises(ClinicError, match="no operation weather"):
        await clinic.perform("weather", {})
    for operation, spec in clinic.operations.items():
        for missing in spec.needs:
            arguments = dict.fromkeys(set(spec.needs) - {missing}, "2125550142")
            with pytest.raises(ClinicError, match=missing) as told:
                await clinic.perform(operation, arguments)
            assert "2125550142" not in str(told.value)
