"""What can be wrong with a call, from what bounds on, and what to do about it."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

# ------------------------------------------------------------ bounds, each with its reason

NO_SOUND_FROM = 3.0  # seconds; a phone sends packets within one, also while nobody speaks
SOUND_GONE_FROM = 5.0  # seconds without a packet; comfort noise comes more often (RFC 3389)
FAR_LOSS = 0.5  # share of our packets; whoever misses half of them understands nothing
DIGITAL_SILENCE = -75.0  # dBFS; the quietest room on a telephone lies 10 dB above it
LOSS = 0.03  # share of packets; a recogniser loses words from about here on
WORTH_A_LOOK_LOSS = 0.01  # share of packets; carriers promise less
LATE = 0.02  # share of packets that came too late to be heard
JITTER = 0.040  # seconds; two packets: more than a jitter buffer begins with
DELAY = 0.400  # seconds from mouth to ear; G.114's limit for anything that is a conversation
ENOUGH_PACKETS = 250  # five seconds; shares of fewer are chance
QUIET = -40.0  # dBFS; telephones deliver speech between -30 and -15 (ITU-T P.56 levels)
CLIPPED = 0.02  # share of samples of the speech at full scale; loud laughter stays below
NOISE_GAP = 12.0  # dB from noise up to speech; below it recognisers err
NOISY_FROM = -50.0  # dBFS; quieter noise disturbs nobody, whatever the gap
ECHO_WITHIN = 2.0  # seconds of a prompt; people interrupt later, or say words
ECHO_TIMES = 2  # prompts that were cut by what was no answer
CUT_SHORT_WITHIN = 1.0  # seconds of the next prompt over which the caller just went on speaking
KEY_BURSTS = 2  # keys heard as sound; one may be chance
RECOGNISER_SLOW = 1.0  # seconds from the end of speech to its reading; it should take 0.1
DROPPED = 25  # frames of 20 ms the recogniser had no time for: half a second
ANSWER_SLOW = 2.0  # seconds from the end of what the caller did to our answer; they ask "hello?"
CLINIC_SLOW = 3.0  # seconds; callers begin to wonder
SAME_PLACE = 4  # times one state was entered; who does three errands comes back three times
MISSES = 2  # misunderstandings at one question; one happens to everybody
SILENT_TURNS = 2  # questions that were met with silence
LOST_TURNS = 3  # silences and wishes for help or a repeat at one question
LONG_WAIT = 120.0  # seconds until somebody answered
LEFT_AFTER = 10.0  # seconds of waiting; who leaves sooner has changed their mind
RANG_IN_VAIN = 3  # phones; one agent who is away is an ordinary morning
SHORT_TALK = 8.0  # seconds; nobody's errand is done sooner
LONG_HOLD = 20.0  # seconds the far end held the call; as long as a ring that nobody answers
REPEATED = 3  # SIP messages that were sent again; one lost packet happens


class Severity(IntEnum):
    """How much of what happened it explains."""

    ODD = 1  # worth a look
    HURT = 2  # made the call worse
    BROKE = 3  # the line could not do its part because of it

    @property
    def words(self) -> str:
        """Say it."""
        return ("worth a look", "hurt the call", "broke the call")[self - 1]


class Suspect(StrEnum):
    """What is suspected; causes before what follows from them."""

    CRASHED = "crashed"
    BROKE = "broke"
    LINE_FULL = "line_full"
    REFUSED = "refused"
    NO_ACK = "no_ack"
    CANCELLED = "cancelled"
    NOTHING_HEARD = "nothing_heard"
    SOUND_STOPPED = "sound_stopped"
    NOT_HEARD_BY_CALLER = "not_heard_by_caller"
    MUTED = "muted"
    SPEECH_LOST = "speech_lost"
    SPEECH_DIED = "speech_died"
    NOT_SPOKEN = "not_spoken"
    CLINIC_DOWN = "clinic_down"
    CLINIC_SLOW = "clinic_slow"
    HELD = "held"
    PACKET_LOSS = "packet_loss"
    JITTER = "jitter"
    DELAY = "delay"
    SIGNALLING_LOSS = "signalling_loss"
    KEYS_AS_SOUND = "keys_as_sound"
    NOISE = "noise"
    TOO_LOUD = "too_loud"
    TOO_QUIET = "too_quiet"
    ECHO = "echo"
    CUT_IN = "cut_in"
    CUT_SHORT = "cut_short"
    RECOGNISER_SLOW = "recogniser_slow"
    LOOP = "loop"
    WRONG_GRAMMAR = "wrong_grammar"
    WRONG_KEYS = "wrong_keys"
    MISHEARD = "misheard"
    UNCLEAR = "unclear"
    SILENT = "silent"
    SLOW_ANSWERS = "slow_answers"
    AGENT_NOT_HEARD = "agent_not_heard"
    AGENT_DROPPED = "agent_dropped"
    NOBODY_SIGNED_IN = "nobody_signed_in"
    NOBODY_ANSWERED = "nobody_answered"
    LONG_WAIT = "long_wait"
    LEFT_WAITING = "left_waiting"
    SHORT_TALK = "short_talk"
    PATIENCE = "patience"


@dataclass(frozen=True, slots=True)
class Suspicion:
    """One suspicious thing about one call."""

    what: Suspect
    severity: Severity
    evidence: str
    """A sentence with the figures."""
    turns: tuple[int, ...] = ()
    """Numbers of the turns it shows in."""
