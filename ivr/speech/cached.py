"""A speaker that remembers what it said: fixed prompts cost nothing in a call."""

import asyncio
import hashlib
import logging
import os
import tempfile
from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from ivr.ports import Speaker

MAX_MEMORY = 16 * 1024 * 1024  # bytes; 17 minutes of prompts, more than all flows together
MAGIC = b"ivr-pcm1"

_log = logging.getLogger(__name__)


class KeyedSpeaker(Speaker, Protocol):
    """A speaker that can tell what its sound depends on beside the text."""

    def voice_key(self, *, language: str, slow: bool) -> str:
        """Name engine, version, voice and rate."""
        ...


class CachedSpeaker:
    """
    A `Speaker` in front of another, with a memory and a folder.

    The folder is a convenience: unreadable, unwritable, full or damaged, it only costs
    time. What is not cacheable goes straight to the inner speaker and nowhere else.
    """

    def __init__(self, inner: KeyedSpeaker, folder: Path) -> None:
        self._inner = inner
        self._folder = folder
        self._memory: OrderedDict[str, bytes] = OrderedDict()
        self._memory_bytes = 0
        self._complained = False

    async def render(
        self, text: str, *, language: str = "en", cacheable: bool = True, slow: bool = False
    ) -> bytes:
        """Speak *text* (see `Speaker`)."""
        if not cacheable:
            return await self._inner.render(text, language=language, cacheable=False, slow=slow)
        key = f"{self._inner.voice_key(language=language, slow=slow)}|{text}"
        name = hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
        pcm = self._memory.get(name)
        if pcm is None:
            pcm = await asyncio.to_thread(self._load, name)
        if pcm is None:
            pcm = await self._inner.render(text, language=language, slow=slow)
            await asyncio.to_thread(self._save, name, pcm)
        self._remember(name, pcm)
        return pcm

    async def prewarm(self, texts: Iterable[str], *, language: str = "en") -> None:
        """
        Render every fixed text before a caller needs it.

        Raises:
            SpeechError: The inner speaker is in trouble; what was rendered stays.
        """
        for text in texts:
            await self.render(text, language=language)

    def _remember(self, name: str, pcm: bytes) -> None:
        if name in self._memory:
            self._memory.move_to_end(name)
            return
        self._memory[name] = pcm
        self._memory_bytes += len(pcm)
        while self._memory_bytes > MAX_MEMORY:
            _, oldest = self._memory.popitem(last=False)
            self._memory_bytes -= len(oldest)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.pcm"

    def _load(self, name: str) -> bytes | None:
        try:
            return unpack(self._path(name).read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            self._complain(error)
            return None

    def _save(self, name: str, pcm: bytes) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, temporary = tempfile.mkstemp(dir=self._folder, suffix=".part")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(pack(pcm))
                Path(temporary).replace(self._path(name))
            except OSError:
                Path(temporary).unlink(missing_ok=True)
                raise
        except OSError as error:
            self._complain(error)

    def _complain(self, error: OSError) -> None:
        if not self._complained:
            _log.warning(
                "the speech cache is unusable, prompts are rendered each time",
                extra={"errno": error.errno},
            )
        self._complained = True


def pack(pcm: bytes) -> bytes:
    """Give *pcm* the form of a cache file: magic, SHA-256, samples."""
    return MAGIC + hashlib.sha256(pcm).digest() + pcm


def unpack(file: bytes) -> bytes | None:
    """Take *file* apart; None when it is not whole."""
    head, pcm = file[: len(MAGIC) + 32], file[len(MAGIC) + 32 :]
    return pcm if head == MAGIC + hashlib.sha256(pcm).digest() else None
