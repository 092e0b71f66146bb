"""
`python -m bench.caller`: how fast the line speaks, and how well the scripted caller understands it.

Fifty prompts of the shipped flows and wording, slots filled, are rendered, sent through G.711 and
transcribed. `found`: `hears:` with the whole prompt came true. `found wrongly`: `hears:` with the
beginning of a prompt that was not said came true.
"""

import argparse
import asyncio
import json
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from difflib import SequenceMatcher
from itertools import chain
from pathlib import Path

from ivr.audio.g711 import decode_ulaw, encode_ulaw
from ivr.audio.pcm import SILENT_FRAME, duration
from ivr.caller.corpus import usual_values
from ivr.caller.ear import Ear
from ivr.caller.listener import Transcribe
from ivr.caller.matching import Words, find, words_of
from ivr.caller.performance import SHARE
from ivr.caller.phone import known_sentences, texts_of
from ivr.caller.transcriber import transcribing
from ivr.flow.templates import fill
from ivr.speech.cached import CachedSpeaker
from ivr.speech.pyttsx3_ import PyttsxSpeaker

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "bench" / "results" / "caller.json"
QUIET = 20 * SILENT_FRAME
SHORTEST_PROMPT = 4  # words; shorter ones are phrases callers may say
BEGINNING = 4  # words of an expectation as scenarios write them


@dataclass(frozen=True, slots=True)
class Result:
    """What was measured."""

    prompts: int
    seconds_of_speech: float
    render_ms_median: float
    render_ms_p95: float
    cached_ms_median: float
    words_right: float
    """Share of the words that were said, by the first listening."""
    found_at_first: float
    """Share of the prompts that `hears:` found by the first listening."""
    found: float
    """Share of the prompts that `hears:` found by any."""
    found_wrongly: float
    """Share of expectations of other prompts that came true all the same."""
    share_of_real_time: float
    """Seconds of decoding a second of speech, all listenings."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prompts", type=int, default=50)
    result = asyncio.run(measure(parser.parse_args().prompts))
    for name, value in asdict(result).items():
        print(f"{name:<20} {value:>8g}")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(asdict(result), indent=2) + "\n")


async def measure(count: int) -> Result:
    """Render, transcribe, compare."""
    texts = texts_of(ROOT / "flows", ROOT / "prompts")
    prompts = choose(texts, count)
    speaker = PyttsxSpeaker()
    try:
        await speaker.render("Hello.")
        rendered, render_ms = await render(speaker, prompts)
        cached_ms = await render_cached(speaker, prompts)
    finally:
        await speaker.close()
    async with transcribing(known_sentences(texts, more=())) as transcribe:
        await transcribe(rendered[0])
        began = time.monotonic()
        heard = [await hear(pcm, transcribe) for pcm in rendered]
        decoding = time.monotonic() - began
    said = [words_of(prompt) for prompt in prompts]
    seconds = sum(duration(pcm) for pcm in rendered)
    return Result(
        prompts=count,
        seconds_of_speech=round(seconds, 1),
        render_ms_median=round(statistics.median(render_ms), 1),
        render_ms_p95=round(statistics.quantiles(render_ms, n=20)[-1], 1),
        cached_ms_median=round(statistics.median(cached_ms), 3),
        words_right=round(sum(map(same, said, heard)) / sum(map(len, said)), 3),
        found_at_first=round(
            sum(found(s, h[:1]) for s, h in zip(said, heard, strict=True)) / count, 3
        ),
        found=round(sum(map(found, said, heard)) / count, 3),
        found_wrongly=round(wrongly(said, heard), 4),
        share_of_real_time=round(decoding / seconds, 3),
    )


def choose(texts: tuple[str, ...], count: int) -> list[str]:
    """Choose *count* prompts, always the same, and fill their slots."""
    rng = random.Random(7)
    values = usual_values(datetime.now().astimezone().date())
    anything = [value for kind in values.values() for value in kind]
    prompts = [text for text in texts if len(text.split()) >= SHORTEST_PROMPT]
    return [
        fill(text, lambda slot: rng.choice(values.get(slot) or anything))
        for text in rng.sample(prompts, count)
    ]


async def render(speaker: PyttsxSpeaker, prompts: list[str]) -> tuple[list[bytes], list[float]]:
    """Speak each prompt; give what arrives over the telephone, and the milliseconds each took."""
    arrived, took = [], []
    for prompt in prompts:
        began = time.perf_counter()
        pcm = await speaker.render(prompt)
        took.append((time.perf_counter() - began) * 1000)
        arrived.append(decode_ulaw(encode_ulaw(QUIET + pcm + QUIET)))
    return arrived, took


async def render_cached(speaker: PyttsxSpeaker, prompts: list[str]) -> list[float]:
    """Speak each prompt a second time; give the milliseconds."""
    took = []
    with tempfile.TemporaryDirectory() as folder:
        cached = CachedSpeaker(speaker, Path(folder))
        await cached.prewarm(prompts)
        for prompt in prompts:
            began = time.perf_counter()
            await cached.render(prompt)
            took.append((time.perf_counter() - began) * 1000)
    return took


async def hear(pcm: bytes, transcribe: Transcribe) -> tuple[Words, ...]:
    """Cut into stretches as on a call and listen to each as often."""
    ear, size = Ear(), len(SILENT_FRAME)
    frames = [pcm[at : at + size] for at in range(0, len(pcm) - size + 1, size)]
    stretches = [*(ear.feed(frame) for frame in frames), ear.cut()]
    spoken = [stretch.pcm for stretch in stretches if stretch is not None]
    first = [await transcribe(pcm) for pcm in spoken]
    others = [[await transcribe(pcm, listening=number) for pcm in spoken] for number in (1, 2)]
    return (tuple(chain(*first)), *(tuple(chain(*other)) for other in others))


def same(said: Words, heard: Sequence[Words]) -> int:
    """Count the words that the first listening got right."""
    blocks = SequenceMatcher(None, said, heard[0], autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks)


def found(said: Words, heard: Sequence[Words]) -> bool:
    """Tell whether `hears:` comes true by any of the listenings."""
    return any(find(said, words, share=SHARE) is not None for words in heard)


def wrongly(said: Sequence[Words], heard: Sequence[Sequence[Words]]) -> float:
    """Give the share of expectations that came true though nothing like them was said."""
    beginnings = {words[:BEGINNING] for words in said}
    tried = [(b, i) for b in beginnings for i, s in enumerate(said) if not found(b, [s])]
    return sum(found(beginning, heard[i]) for beginning, i in tried) / len(tried)


if __name__ == "__main__":
    main()
