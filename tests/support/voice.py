"""Texts as sound: what callers say, and what the line says, for ears to compare with."""

import asyncio
from types import TracebackType
from typing import Self

from ivr.speech.pyttsx3_ import PyttsxSpeaker


class Renderer:
    """Turns texts into PCM, each once; a context manager. To be used outside of event loops."""

    def __init__(self, *, rate: int = 160) -> None:
        """Speak as a line does, at *rate* words a minute."""
        self._runner = asyncio.Runner()
        self._speaker = PyttsxSpeaker(rate=rate)
        self._known: dict[str, bytes] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._runner.run(self._speaker.close())
        self._runner.close()

    def __call__(self, text: str) -> bytes:
        if text not in self._known:
            self._known[text] = self._runner.run(self._speaker.render(text))
        return self._known[text]
