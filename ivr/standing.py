"""How the line stands, for operators: its SIP, its trunks, its hearing."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from ivr.speech.client import SpeechClient
from ivr.watch.rows import LineRow, TrunkRow
from ivr.watch.wire import told
from sip.endpoint import SipEndpoint
from sip.trunk import TrunkStatus


def standing(
    endpoint: SipEndpoint, ears: SpeechClient, *, cell: str, common: bool
) -> Callable[[], Mapping[str, Any]]:
    """Look at the parts of one line whenever what this gives is called."""
    started = datetime.now(UTC)

    def look() -> Mapping[str, Any]:
        sip = endpoint.status()
        row = LineRow(
            cell=cell,
            started=started,
            legs=sip.legs,
            capacity=sip.capacity,
            taking=sip.taking and sip.legs < sip.capacity,
            draining=sip.open and not sip.taking,
            common=common,
            speech=ears.status.text,
            listening=ears.listening,
            trunks=tuple(_trunk(trunk) for trunk in sip.trunks),
            refused=sum(sip.refused.values()) - sip.redirected,
            redirected=sip.redirected,
        )
        return dict(told(row))

    return look


def _trunk(trunk: TrunkStatus) -> TrunkRow:
    if not trunk.registers:
        return TrunkRow(trunk.name, "by address")
    tried = "failed" if trunk.status else "trying"
    state = "registered" if trunk.registered else tried
    return TrunkRow(trunk.name, state, trunk.status, trunk.at)
