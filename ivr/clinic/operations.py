"""
What flows may ask of the practice: pure data, read by `ivr flow check` and by every clinic.

Dates and times are those of the practice's own wall clock, without a time zone.
"""

from collections.abc import Mapping

from ivr.flow.model import OperationSpec, Phi

KEEP_PLACE = "queue.keep_place"
"""Done by the line itself while the caller waits in a queue."""

_VERIFIED = {
    "patient": Phi.NONE,  # an opaque id that means nothing outside this line
    "caller_name": Phi.PERSONAL,
    "verified_by": Phi.NONE,
}
_IDENTITY = ("verified", "not_found", "locked", "ambiguous")
_NOT_PROVED = {
    "not_found": "could not find who is calling",
    "ambiguous": "found several patients who fit",
    "locked": "stopped after too many tries to prove who is calling",
}
_UNVERIFIED: Mapping[str, tuple[str, ...]] = {"not_found": (), "locked": (), "ambiguous": ()}

SPECS: Mapping[str, OperationSpec] = {
    spec.name: spec
    for spec in (
        OperationSpec(
            name="identity.verify",
            needs=("date_of_birth", "phone"),
            outcomes=_IDENTITY,
            gives=_VERIFIED,
            fills=_UNVERIFIED,
            done=_NOT_PROVED,
            doc=(
                "Who was born on that date and has that ten-digit telephone number? `verified` "
                "gives patient, caller_name and verified_by; `locked` after three failures in a "
                "quarter of an hour; `ambiguous` when patients share both, such as twins."
            ),
        ),
        OperationSpec(
            name="identity.verify_zip",
            needs=("date_of_birth", "zip"),
            outcomes=_IDENTITY,
            gives=_VERIFIED,
            fills=_UNVERIFIED,
            done=_NOT_PROVED,
            doc="The same by the five digits of the ZIP code.",
        ),
        OperationSpec(
            name="appointments.next",
            needs=("patient",),
            outcomes=("found", "none"),
            gives={
                "appointment": Phi.NONE,  # an opaque id
                "appointment_at": Phi.MEDICAL,
                "provider": Phi.MEDICAL,
                "location": Phi.MEDICAL,
            },
            fills={"none": ()},
            done={"found": "told the next appointment", "none": "found no appointment"},
            verified=True,
            doc=(
                "The patient's next appointment. `found` gives appointment, appointment_at (a date "
                "with its time), provider (Doctor Rivera) and location (the Cedar Street office)."
            ),
        ),
        OperationSpec(
            name="appointments.confirm",
            needs=("appointment",),
            outcomes=("confirmed", "gone"),
            done={"confirmed": "confirmed the appointment"},
            verified=True,
            doc="The patient will come. `gone`: cancelled or over meanwhile.",
        ),
        OperationSpec(
            name="appointments.cancel",
            needs=("appointment",),
            outcomes=("cancelled", "gone"),
            done={"cancelled": "cancelled the appointment"},
            verified=True,
            doc="The patient will not come. `gone`: over meanwhile.",
        ),
        OperationSpec(
            name="appointments.request_move",
            needs=("appointment",),
            outcomes=("recorded", "gone"),
            done={"recorded": "noted that they want another time"},
            verified=True,
            doc="The patient wants another time; a person of the practice sees the wish.",
        ),
        OperationSpec(
            name="refills.status",
            needs=("patient", "rx_number"),
            outcomes=("ready", "in_progress", "needs_approval", "not_found"),
            gives={"drug": Phi.MEDICAL, "pharmacy": Phi.MEDICAL, "ready_by": Phi.MEDICAL},
            fills={
                "ready": ("drug", "pharmacy"),
                "needs_approval": ("drug", "pharmacy"),
                "not_found": (),
            },
            done={
                "ready": "told that the refill is ready",
                "in_progress": "told that the refill is being prepared",
                "needs_approval": "told that the refill waits for the doctor",
                "not_found": "did not find the prescription number",
            },
            verified=True,
            doc=(
                "How a prescription of the patient stands. All but `not_found` give drug "
                "(lisinopril ten milligrams) and pharmacy (Cedar Street Pharmacy); `in_progress` "
                "also ready_by (a date with its time)."
            ),
        ),
        OperationSpec(
            name="eligibility.check",
            needs=("patient",),
            outcomes=("active", "inactive", "unknown"),
            gives={"plan": Phi.MEDICAL, "copay": Phi.MEDICAL},
            fills={"inactive": ("plan",), "unknown": ()},
            done={
                "active": "told that the insurance covers a visit",
                "inactive": "told that the insurance is not active",
                "unknown": "could not learn about the insurance",
            },
            verified=True,
            doc=(
                "Whether the patient's insurance covers a visit. `active` gives plan and copay "
                "(dollars), `inactive` gives plan."
            ),
        ),
        OperationSpec(
            name="messages.callback",
            needs=("number",),
            outcomes=("recorded", "full"),
            doc="Ask that a person calls back at that number. `full`: no more can be promised.",
        ),
        OperationSpec(
            name=KEEP_PLACE,
            needs=("number",),
            outcomes=("recorded", "full"),
            doc=(
                "Keep the caller's place in the queue and ring that number when it is their turn. "
                "For a caller who does not wait in a queue the same as `messages.callback`."
            ),
        ),
    )
}
