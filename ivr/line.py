"""What every call of a line shares."""

from collections.abc import Callable
from dataclasses import dataclass

from ivr.conversing import Converse
from ivr.desk import Switchboard
from ivr.dialog.wording import Wording
from ivr.flow.machine import FlowBook
from ivr.handoff.handoff import Limits
from ivr.phones import ObservablePhones
from ivr.ports import Clinic, Speaker
from ivr.records.accounts import AccountBook
from ivr.records.recordings import Recordings
from ivr.story.facts import Fact
from ivr.talk import RunFlow
from ivr.voice import Voice


@dataclass(frozen=True, slots=True)
class Line:
    """What every call of a line shares."""

    book: Callable[[str], FlowBook]
    """The flows a new call uses, by its id; what is published changes the answer."""
    start: str
    wording: Wording
    speaker: Speaker
    voice: Callable[[str, str, str], Voice]
    """The voice of a call, by its id, queue and what it is about: messages are kept under them."""
    clinic: Clinic
    switchboard: Switchboard
    phones: ObservablePhones
    converse: Callable[[RunFlow], Converse]
    """Lets caller and agent talk; given is how the caller of one visit is led through a flow."""
    limits: Limits
    music: bytes
    tell: Callable[[Fact], None]
    """Takes what happens, for whoever keeps or watches it; `Facts.tell`."""
    hears: bool
    """Whether callers may speak; False: keys only, as the settings want it."""
    recordings: Recordings | None
    """None: nothing is recorded."""
    accounts: AccountBook | None = None
    """None: nothing is kept to tell calls again."""
    when_closed: Callable[[str], str] = lambda _queue: ""
    """The flow a closed queue's callers hear, by the queue; `` for the one for nobody there."""
    cell: str = ""
    """Name of this cell."""
    pseudonym: Callable[[str], str] = lambda _caller: ""
    """Gives who rings a name that tells nothing, by their number or SIP user."""
