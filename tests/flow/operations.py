"""Operations of an invented clinic, for the tests of the flow language."""

from ivr.flow.model import OperationSpec, Phi

OPERATIONS = {
    spec.name: spec
    for spec in (
        OperationSpec(
            name="identity.verify",
            needs=("date_of_birth", "zip"),
            outcomes=("verified", "failed"),
            gives={"patient": Phi.PERSONAL, "first_name": Phi.PERSONAL},
        ),
        OperationSpec(
            name="refills.status",
            needs=("patient", "rx_number"),
            outcomes=("ready", "in_progress", "not_found"),
            gives={"drug": Phi.MEDICAL, "pharmacy": Phi.NONE},
            fills={"not_found": ()},
            verified=True,
        ),
        OperationSpec(name="texts.send", needs=("number", "text"), outcomes=("sent",), sends=True),
        OperationSpec(name="hours.today", needs=(), outcomes=("told",), gives={"hours": Phi.NONE}),
    )
}
