"""Every figure the line tells Prometheus. `docs/reference/metrics.md` is compared with it."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What Prometheus makes of a figure."""

    COUNTER = "counter"  # grows from 0 at the start of the line; its name gets `_total`
    GAUGE = "gauge"
    HISTOGRAM = "histogram"  # of `buckets`


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure; a value for each set of `labels`."""

    name: str
    kind: Kind
    told: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


LATENCIES = (0.1, 0.2, 0.3, 0.45, 0.6, 0.7, 0.9, 1.2, 2.0, 4.0)
"""Seconds; 0.45 and 0.7 are the budgets of the median and of 95 of 100 answers."""
ANSWERS = (0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)  # seconds; the clinic is given 8
WAITS = (5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 180.0, 300.0, 600.0, 1200.0)  # seconds
LENGTHS = (10.0, 30.0, 60.0, 90.0, 120.0, 180.0, 300.0, 600.0, 1200.0)  # seconds
JITTERS = (0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2)  # seconds
OPINIONS = (1.5, 2.0, 2.5, 3.0, 3.5, 3.8, 4.0, 4.2, 4.4)

# ---------------------------------------------------------------- counted from what calls tell

CALLS = Figure("ivr_calls", Kind.GAUGE, "Calls under way.")
STARTED = Figure("ivr_calls_started", Kind.COUNTER, "Calls that rang.", ("trunk",))
ENDED = Figure(
    "ivr_calls_ended",
    Kind.COUNTER,
    "Calls that are over: how, the flow they began in, what they were about.",
    ("outcome", "flow", "about"),
)
SECONDS = Figure("ivr_call_seconds", Kind.HISTOGRAM, "Ring to end of ended calls.", buckets=LENGTHS)
HANDOFFS = Figure(
    "ivr_handoffs",
    Kind.COUNTER,
    "Ended calls that had to go to a person: where, why, and what came of it.",
    ("queue", "reason", "came"),
)
WAIT = Figure(
    "ivr_wait_seconds",
    Kind.HISTOGRAM,
    "How long ended calls waited for a person, and whether they reached one (`yes`, `no`).",
    ("queue", "reached"),
    WAITS,
)
SCORES = Figure(
    "ivr_survey_answers",
    Kind.COUNTER,
    "What callers answered when they were asked how it went, 1 (bad) to 5.",
    ("about", "score"),
)
STEPS = Figure(
    "ivr_steps",
    Kind.COUNTER,
    "What happened beside the turns of calls.",
    ("happened",),
)
NOBODY = Figure(
    "ivr_nobody_reached",
    Kind.COUNTER,
    "Callers who heard that nobody will come: `closed`, `nobody_there`, `agent_gone`, `node_gone`.",
    ("trouble",),
)
REFUSALS = Figure(
    "ivr_refusals", Kind.COUNTER, "Offers that an agent did not take, and why.", ("refusal",)
)
TURNS = Figure(
    "ivr_turns",
    Kind.COUNTER,
    "Turns: kind of question, how its answer was judged, band of its confidence.",
    ("asked", "judged", "band"),
)
REPLIES = Figure(
    "ivr_replies",
    Kind.COUNTER,
    "Turns that asked something, by state: `speech`, `keys`, `silence`, `not_understood`, `event`.",
    ("state", "answered"),
)
LATENCY = Figure(
    "ivr_turn_latency_seconds",
    Kind.HISTOGRAM,
    "End of what the caller did to the first frame of our answer, by kind of question.",
    ("asked",),
    LATENCIES,
)
RECOGNISED = Figure(
    "ivr_recogniser_seconds", Kind.HISTOGRAM, "End of speech to its reading.", buckets=ANSWERS
)
DROPPED = Figure(
    "ivr_recogniser_dropped_frames",
    Kind.COUNTER,
    "Frames of 20 ms that the recogniser had no time for.",
)
BARGE_INS = Figure("ivr_barge_ins", Kind.COUNTER, "Turns whose prompt the caller cut short.")
CLINIC = Figure(
    "ivr_clinic_seconds",
    Kind.HISTOGRAM,
    "How long the clinic's data took to answer.",
    ("operation",),
    ANSWERS,
)
CLINIC_ANSWERS = Figure(
    "ivr_clinic_answers",
    Kind.COUNTER,
    "What the clinic's data answered; `unavailable`: nothing.",
    ("operation", "outcome"),
)
PACKETS = Figure(
    "ivr_rtp_packets",
    Kind.COUNTER,
    "RTP packets: `received`, `lost` and `late` on their way to us, `sent`, `far_lost` of those.",
    ("leg", "packets"),
)
LEGS_ENDED = Figure(
    "ivr_legs_ended",
    Kind.COUNTER,
    "Legs of ended calls, by who heard whom: `both`, `not_by_us`, `not_by_them`, `by_nobody`.",
    ("leg", "heard"),
)
JITTER = Figure(
    "ivr_leg_jitter_seconds",
    Kind.HISTOGRAM,
    "Worst jitter of each leg of ended calls.",
    ("leg",),
    JITTERS,
)
OPINION = Figure(
    "ivr_leg_mos",
    Kind.HISTOGRAM,
    "How each leg of ended calls sounded in its worse direction, 1 (bad) to 4.4 (E-model).",
    ("leg",),
    OPINIONS,
)
MESSAGES = Figure(
    "ivr_sip_messages",
    Kind.COUNTER,
    "SIP messages of calls: `in` or `out`, method, status of a response.",
    ("way", "method", "status"),
)
AGAIN = Figure(
    "ivr_sip_retransmissions", Kind.COUNTER, "SIP messages that came or went again.", ("way",)
)

# ---------------------------------------------------------------- read when somebody asks

BUILD = Figure("ivr_build", Kind.GAUGE, "1; the version is in the label.", ("version",))
LEGS = Figure("ivr_legs", Kind.GAUGE, "Parties connected now, callers and agents.")
LEGS_LIMIT = Figure("ivr_legs_limit", Kind.GAUGE, "Parties at once.")
TAKING = Figure("ivr_taking_calls", Kind.GAUGE, "0 while the line is drained.")
REFUSED = Figure(
    "ivr_calls_refused",
    Kind.COUNTER,
    "Callers who got no further than their INVITE, by the SIP status they were given.",
    ("status",),
)
STRANGE = Figure(
    "ivr_sip_strange_requests",
    Kind.COUNTER,
    "Requests beside calls: of scanners and the like (`noise`), too long to read (`oversized`).",
    ("kind",),
)
TRUNK = Figure(
    "ivr_trunk_registered",
    Kind.GAUGE,
    "Whether the carrier knows us; of trunks that register.",
    ("trunk",),
)
EAR = Figure("ivr_recogniser_up", Kind.GAUGE, "Whether speech is understood now.", ("engine",))
EAR_DEATHS = Figure(
    "ivr_recogniser_restarts", Kind.COUNTER, "Times the recogniser died and was started again."
)
WAITING = Figure("ivr_queue_waiting", Kind.GAUGE, "Callers who wait.", ("queue",))
LONGEST = Figure(
    "ivr_queue_longest_seconds",
    Kind.GAUGE,
    "How long the caller has waited who waits longest.",
    ("queue",),
)
TARGET = Figure(
    "ivr_queue_target_seconds",
    Kind.GAUGE,
    "Within what time callers should be answered.",
    ("queue",),
)
IN_TIME = Figure(
    "ivr_queue_in_time_ratio",
    Kind.GAUGE,
    "Share of the last callers who were answered within the target.",
    ("queue",),
)
QUEUE_AGENTS = Figure(
    "ivr_queue_agents",
    Kind.GAUGE,
    "People who answer for the queue: `working` (here, not paused), `ready` (free now).",
    ("queue", "are"),
)
AGENTS = Figure("ivr_agents", Kind.GAUGE, "People, by what they do.", ("presence",))
UNWRITTEN = Figure(
    "ivr_records_waiting", Kind.GAUGE, "Facts to be written; they pile up without a database."
)
LOST = Figure("ivr_records_lost", Kind.COUNTER, "Facts that will never be written.")

LEVELS = (
    *(BUILD, LEGS, LEGS_LIMIT, TAKING, REFUSED, STRANGE, TRUNK, EAR, EAR_DEATHS),
    *(WAITING, LONGEST, TARGET, IN_TIME, QUEUE_AGENTS, AGENTS, UNWRITTEN, LOST),
)
COUNTED = (
    *(CALLS, STARTED, ENDED, SECONDS, HANDOFFS, WAIT, SCORES),
    *(STEPS, NOBODY, REFUSALS),
    *(TURNS, REPLIES, LATENCY, RECOGNISED, DROPPED, BARGE_INS, CLINIC, CLINIC_ANSWERS),
    *(PACKETS, LEGS_ENDED, JITTER, OPINION, MESSAGES, AGAIN),
)


@dataclass(frozen=True, slots=True)
class Level:
    """What one of `LEVELS` is now; *labels* in the order of the figure's."""

    figure: Figure
    value: float
    labels: tuple[str, ...] = ()
