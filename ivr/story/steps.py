"""What happened beside the turns of a call: on the way to a person, and to the line's parts."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Happened(StrEnum):
    """What kind of thing happened."""

    HELD = "held"  # the far end put us on hold
    RESUMED = "resumed"
    SPEECH_LOST = "speech_lost"  # no recogniser can be had; keys only
    SPEECH_RESTARTED = "speech_restarted"  # the recogniser died and was replaced
    NOT_SPOKEN = "not_spoken"  # a prompt could not be rendered
    WANTED_PERSON = "wanted_person"  # the caller goes to a person; `detail`: the reason
    QUEUED = "queued"  # waits; `detail`: the queue
    RANG = "rang"  # an agent's phone; `who`: the agent
    REFUSED = "refused"  # by `who`; `detail`: the refusal
    BRIEFED = "briefed"  # `who` heard the whisper, or saw the card
    BRIDGED = "bridged"  # caller and `who` hear each other
    UNBRIDGED = "unbridged"
    LED_ASIDE = "led_aside"  # the waiting caller talks to the line again
    NOBODY = "nobody"  # nobody will come; `detail`: the trouble
    KEPT_PLACE = "kept_place"  # hangs up and is rung back
    OPERATOR_ACTED = "operator_acted"  # `who`: the operator; `detail`: what they did
    BROKE = "broke"  # a fault of ours; `detail`: kind of the error
    CALLER_LEFT = "caller_left"
    WE_HUNG_UP = "we_hung_up"
    MEDIA_LOST = "media_lost"  # no RTP for so long that the call was given up


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened."""

    call: str
    at: datetime
    happened: Happened
    who: str = ""
    """Name of an agent or an operator, from the roster."""
    detail: str = ""
    """A name from the code, the flows or the settings; never free text."""
