"""Placing one scripted call: voice, ears, a SIP endpoint of its own, and the performance."""

import asyncio
import contextlib
import random
import socket
from array import array
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ivr.audio import wav
from ivr.audio.pcm import SAMPLE_RATE_HZ
from ivr.audio.resample import resample
from ivr.caller.agent import AgentPhone, Conduct, Manner, agent_phone, greeting_of
from ivr.caller.corpus import prompts_in, sentences, usual_values
from ivr.caller.matching import Words
from ivr.caller.performance import AGENT_SENTENCE, Entry, Props, Verdict, perform
from ivr.caller.scenario import Noise, Says, Scenario
from ivr.caller.transcriber import transcribing
from ivr.errors import AudioError, CallError, FlowError, FlowErrors
from ivr.flow.rules import Rule
from ivr.settings import Line
from ivr.speech.pyttsx3_ import PyttsxSpeaker, voices_with
from sip.endpoint import SipEndpoint
from sip.trunk import host_of

RING_FOR = 30.0  # seconds
VOICE = "en-us+benjamin"  # of espeak's voices the one a recogniser of people understands best
RATE = 125  # words a minute; a caller who speaks to a machine takes care
LONGEST_RECORDING = 10 * 1024 * 1024  # bytes, five minutes at 16 kHz; the rest is not said
NOISE_LEVEL = 1000.0  # of 32768, root mean square: -30 dBFS, as speech on a telephone
DISCARD = 9  # port; nothing is sent there, it only makes the system choose a route


@dataclass(frozen=True, slots=True)
class Order:
    """A call to place."""

    uri: str
    scenario: Scenario
    sounds: Mapping[Says | Noise, bytes]
    """What `render` made of the scenario."""
    texts: tuple[str, ...]
    """What the line may say (`texts_of`)."""
    agent_port: int | None = None
    """SIP port on which we play the agent as well; None: somebody else does."""
    agent_sentence: str = AGENT_SENTENCE


def texts_of(flows: Path, prompts: Path) -> tuple[str, ...]:
    """Collect everything there is to say in English: that is all the caller understands."""
    found: list[str] = []
    for path in (*sorted(flows.glob("*.yaml")), prompts / "en.yaml"):
        with contextlib.suppress(OSError):
            found += prompts_in(path.read_text(encoding="utf-8", errors="replace"))
    return tuple(dict.fromkeys(found))


def known_sentences(texts: Iterable[str], *, more: Iterable[str]) -> list[Words]:
    """Make the sentences a recogniser listens for, out of `texts_of` and expectations."""
    today = datetime.now().astimezone().date()
    return sentences(texts, values=usual_values(today), more=more)


async def render(scenario: Scenario) -> dict[Says | Noise, bytes]:
    """
    Make the sound of everything the caller says, before the call.

    Raises:
        FlowErrors: A recording is missing or no WAV file.
        SpeechError: The voice is unknown, or there is no synthesiser.
    """
    spoken = scenario.sayings
    sounds: dict[Says | Noise, bytes] = {
        step: recording(step, scenario.file) for step in spoken if step.recording
    }
    sounds |= {step: noise(step.seconds) for step in scenario.steps if isinstance(step, Noise)}
    speaker = PyttsxSpeaker(voices=voices_with(scenario.voice or VOICE), rate=RATE)
    try:
        return sounds | {step: await speaker.render(step.text) for step in spoken if step.text}
    finally:
        await speaker.close()


def recording(says: Says, scenario_file: str) -> bytes:
    """
    Read the recording that *says* names, as PCM.

    Raises:
        FlowErrors: It is missing, or no WAV file.
    """
    path = Path(scenario_file).parent / says.recording
    try:
        with path.open("rb") as file:
            sound = wav.decode(file.read(LONGEST_RECORDING))
    except (OSError, ValueError, AudioError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        what = f"recording {says.recording}: {reason}"
        raise FlowErrors([FlowError(scenario_file, says.line, Rule.BAD_VALUE, what)]) from error
    first_channel = array("h", sound.pcm)[:: sound.channels].tobytes()
    return resample(first_channel, from_hz=sound.rate_hz)


def noise(seconds: float) -> bytes:
    """Make a noise that holds no word, as loud as a person; the same every time."""
    rng = random.Random(0)  # noqa: S311 - noise is no secret
    samples = round(seconds * SAMPLE_RATE_HZ)
    return array("h", (round(rng.gauss(0.0, NOISE_LEVEL)) for _ in range(samples))).tobytes()


async def place(order: Order, tell: Callable[[Entry], None]) -> Verdict:
    """
    Place the call, perform the scenario, hang up.

    Raises:
        SettingsError: The agent's port is taken.
        SpeechError: The recogniser is broken.
    """
    known = known_sentences(order.texts, more=(*order.scenario.texts, order.agent_sentence))
    watch = _Stopwatch()

    def tell_of_agent(what: str) -> None:
        tell(Entry(watch.seconds, "", what))

    async with (
        transcribing(known) as transcribe,
        agent_phone(await _conduct(order), tell=tell_of_agent) as agent,
        _endpoint(order, agent) as endpoint,
    ):
        try:
            leg = await endpoint.dial(order.uri, ring_for=RING_FOR)
        except CallError as error:
            _, _, reason = str(error.args[0]).partition(": ")  # the leg's id means nothing here
            instead = f"the line did not answer: {reason}"
            return Verdict(failure=instead, expected="an answer", instead=instead)
        watch.start()
        tell(Entry(0.0, "", "the line answers"))
        props = Props(order.sounds, transcribe, tell, order.agent_sentence)
        return await perform(order.scenario, leg, props)


class _Stopwatch:
    """Seconds since the line answered, for whoever is not on the call."""

    def __init__(self) -> None:
        self._started: float | None = None

    def start(self) -> None:
        self._started = asyncio.get_running_loop().time()

    @property
    def seconds(self) -> float:
        now = asyncio.get_running_loop().time()
        return 0.0 if self._started is None else now - self._started


async def _conduct(order: Order) -> Conduct:
    if order.agent_port is None:
        return Conduct(Manner.DECLINE)  # nobody should ring us
    return Conduct(greeting=await greeting_of(order.agent_sentence))


@contextlib.asynccontextmanager
async def _endpoint(order: Order, agent: AgentPhone) -> AsyncIterator[SipEndpoint]:
    line = Line(address=await local_address(host_of(order.uri)), port=order.agent_port or 0)
    endpoint = SipEndpoint(line, on_call=agent.ring)
    await endpoint.start()
    try:
        yield endpoint
    finally:
        await endpoint.stop()


async def local_address(host: str) -> str:
    """Find the address of ours that *host* can answer to; the loopback when it is unknown."""
    loop = asyncio.get_running_loop()
    with contextlib.suppress(OSError):
        for family, kind, *_, address in await loop.getaddrinfo(
            host, DISCARD, family=socket.AF_INET, type=socket.SOCK_DGRAM
        ):
            with socket.socket(family, kind) as probe:
                probe.connect(address)  # UDP: no packet leaves
                return str(probe.getsockname()[0])
    return "127.0.0.1"
