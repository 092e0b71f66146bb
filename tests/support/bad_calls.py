"""
Prepared bad calls: each rings a real line with one fault planted.

They are what `ivr why` is measured with. A call takes 1 to 25 seconds.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from ivr.story.suspects import Suspect
from tests.support import bad_acts as acts
from tests.support.agent_phone import Manner
from tests.support.bad_flows import CIRCLE, COLOUR
from tests.support.bad_scene import Scene, Setting

USUAL = Setting()


@dataclass(frozen=True, slots=True)
class BadCall:
    """One call with one fault."""

    suspect: Suspect
    """What `ivr why` must name first."""
    fault: str
    ring: Callable[[Scene], None]
    setting: Setting = field(default_factory=Setting)


BAD_CALLS: tuple[BadCall, ...] = (
    BadCall(
        Suspect.NOTHING_HEARD,
        "RTP from the caller is dropped",
        acts.nothing_arrives,
        replace(USUAL, media_timeout=5.0),
    ),
    BadCall(
        Suspect.SOUND_STOPPED,
        "RTP from the caller stops in the second question",
        acts.sound_stops,
        replace(USUAL, media_timeout=5.0),
    ),
    BadCall(
        Suspect.NOT_HEARD_BY_CALLER,
        "96 % of RTP to the caller is dropped",
        acts.caller_hears_nothing,
    ),
    BadCall(Suspect.PACKET_LOSS, "8 % of the caller's RTP is dropped", acts.packets_lost),
    BadCall(
        Suspect.JITTER, "a third of the caller's RTP comes 180 ms late", acts.packets_uneven, USUAL
    ),
    BadCall(Suspect.NO_ACK, "the caller's ACK is dropped", acts.not_confirmed),
    BadCall(Suspect.HELD, "the caller puts the line on hold for ever", acts.on_hold_for_ever),
    BadCall(Suspect.LINE_FULL, "three calls are up", acts.line_full),
    BadCall(Suspect.NOISE, "noise 5 dB below the voice", acts.noisy),
    BadCall(Suspect.TOO_QUIET, "a voice of -45 dBFS", acts.too_quiet),
    BadCall(Suspect.TOO_LOUD, "a voice amplified until it clips", acts.clipped),
    BadCall(Suspect.MUTED, "a muted microphone", acts.muted),
    BadCall(Suspect.SILENT, "a caller who says nothing", acts.silent),
    BadCall(Suspect.KEYS_AS_SOUND, "keys sent as tones", acts.keys_as_sound),
    BadCall(Suspect.ECHO, "our prompts come back", acts.echo),
    BadCall(
        Suspect.WRONG_GRAMMAR,
        "a question that asks for a colour and knows medicine",
        acts.other_words,
        replace(USUAL, flow=COLOUR),
    ),
    BadCall(Suspect.WRONG_KEYS, "keys the question does not have", acts.other_keys),
    BadCall(
        Suspect.CLINIC_SLOW,
        "the clinic's database is locked for 4 s",
        acts.clinic_slow,
        replace(USUAL, flow="eligibility"),
    ),
    BadCall(
        Suspect.CLINIC_DOWN,
        "the clinic's database stays locked",
        acts.clinic_down,
        replace(USUAL, flow="eligibility"),
    ),
    BadCall(Suspect.SPEECH_DIED, "the speech process is killed", acts.recogniser_killed),
    BadCall(Suspect.SPEECH_DIED, "the speech process is stopped", acts.recogniser_stopped),
    BadCall(
        Suspect.NOT_SPOKEN,
        "there is no such voice",
        acts.voice_gone,
        replace(USUAL, voice="en-nonsense"),
    ),
    BadCall(Suspect.CRASHED, "the line is killed", acts.killed),
    BadCall(
        Suspect.LOOP, "a flow that goes in a circle", acts.in_a_circle, replace(USUAL, flow=CIRCLE)
    ),
    BadCall(
        Suspect.NOBODY_ANSWERED,
        "the agent's phone rings in vain",
        acts.nobody_answers,
        replace(USUAL, agent=Manner.RING, ring_for=2.0),
    ),
    BadCall(
        Suspect.NOBODY_SIGNED_IN,
        "nobody is signed in",
        acts.nobody_there,
        replace(USUAL, agent=None),
    ),
    BadCall(Suspect.SHORT_TALK, "the agent hangs up at once", acts.agent_hangs_up),
    BadCall(
        Suspect.AGENT_DROPPED,
        "the agent's phone vanishes",
        acts.agent_vanishes,
        replace(USUAL, media_timeout=5.0),
    ),
    BadCall(
        Suspect.LEFT_WAITING,
        "the caller hangs up while the agent's phone rings",
        acts.left_waiting,
        replace(USUAL, agent=Manner.RING),
    ),
)
