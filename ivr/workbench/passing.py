"""Which states a call of the records came through, and where it left the line's hands."""

from ivr.dialog.actions import HandoffReason
from ivr.flow.overlay import Visit
from ivr.records.calls import CallOutcome, CallRow
from ivr.request import SERVICE_FLOWS

_REASONS = {
    HandoffReason.ASKED: "asked for a person",
    HandoffReason.FLOW: "",  # the picture shows it: the flow hands over
    HandoffReason.NOT_UNDERSTOOD: "not understood",
    HandoffReason.EMERGENCY: "emergency",
    HandoffReason.CLINIC_DOWN: "records down",
    HandoffReason.LINE_TROUBLE: "trouble of the line",
}


def visit_of(row: CallRow) -> Visit:
    """Tell how the call of *row* went; what came while it waited for a person is no leaving."""
    own = [place for place in row.path if place.partition(".")[0] not in SERVICE_FLOWS]
    left_at = (own or row.path or ("",))[-1]
    if row.reason is not None:
        return Visit(row.path, left_at, _REASONS[row.reason])
    return Visit(row.path, left_at, "hung up" if row.outcome is CallOutcome.ABANDONED else "")
