"""
Turning what the line says into words, in a process of its own.

The decoder holds the interpreter lock while it works; in the process that makes the call,
the caller's voice would stutter.
"""

import asyncio
import contextlib
import logging
import multiprocessing
import signal
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path

from ivr.audio.pcm import SILENT_FRAME
from ivr.caller.listener import Transcribe
from ivr.caller.matching import Words
from ivr.caller.ngrams import arpa
from ivr.errors import SpeechError

NAME = "transcriber"
WEIGHT = 0.7  # of the language model; at 1 it talks the decoder out of words it has heard
PADDING = 15 * SILENT_FRAME
SHIFT = b"\0" * 80  # half the recogniser's step: it looks at other 25 ms
AROUND = (b"", b""), (PADDING, PADDING), (SHIFT + PADDING, b"")
"""Silence before and after in each listening: the same speech gets another mean, other frames."""
TIME_LIMIT = 30.0  # seconds; a stretch of 12 s takes 2


@contextlib.asynccontextmanager
async def transcribing(sentences: Iterable[Words]) -> AsyncIterator[Transcribe]:
    """
    Keep a recogniser for *sentences* and what can be made of their words.

    Raises:
        SpeechError: It cannot be loaded.
    """
    known = [tuple(word for word in s if word.isascii()) for s in sentences]
    words = frozenset(word for sentence in known for word in sentence)
    context = multiprocessing.get_context("spawn")  # a fork would copy the SIP thread's locks
    with tempfile.TemporaryDirectory(prefix="ivr-caller-") as folder:
        model = Path(folder) / "line.arpa"
        model.write_text(arpa(known, weight=WEIGHT), encoding="ascii")
        pool = ProcessPoolExecutor(1, mp_context=context)
        try:
            await _ask(pool, partial(_load, Path(folder), model, words))
            yield partial(_transcribe, pool)
        finally:
            await asyncio.to_thread(pool.shutdown, cancel_futures=True)


async def _transcribe(pool: ProcessPoolExecutor, pcm: bytes, /, *, listening: int = 0) -> Words:
    before, after = AROUND[listening]
    return await _ask(pool, partial(_decode, before + pcm + after))


async def _ask(pool: ProcessPoolExecutor, work: "partial[Words]") -> Words:
    try:
        async with asyncio.timeout(TIME_LIMIT):
            return await asyncio.get_running_loop().run_in_executor(pool, work)
    except (BrokenProcessPool, TimeoutError) as error:
        raise SpeechError(NAME, "its process died or hangs", retryable=False) from error


# ---------------------------------------------------------------- inside the process

_recognisers: list[Callable[[bytes], Words]] = []


def _load(folder: Path, model: Path, words: frozenset[str]) -> Words:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which closes us
    logging.getLogger("ivr").setLevel(logging.ERROR)  # guessed words are no news to a caller
    from ivr.speech.sphinx import SphinxEngine  # noqa: PLC0415 - the library is this process's only

    _recognisers.append(SphinxEngine(folder).dictation(model, words))
    return ()


def _decode(pcm: bytes) -> Words:
    return _recognisers[0](pcm)
