"""What a waiting caller hears: hold music, and announcements in it."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable

from ivr.audio.tune import Tune
from ivr.errors import SpeechError
from ivr.ports import AudioLeg, Speaker

_log = logging.getLogger(__name__)
MUSIC = 0  # token of the music; announcements count from 1


class HoldSound:
    """
    Music for one caller, who is told something now and then.

    Announcements follow each other, music fills the rest and goes on where it was left. What
    cannot be spoken is left out: music alone still says that the call is alive.
    """

    def __init__(
        self,
        leg: AudioLeg,
        speaker: Speaker,
        music: bytes,
        *,
        language: str,
        told: Callable[[], None],
    ) -> None:
        """
        Prepare to play.

        Args:
            leg: The caller's.
            speaker: Who speaks.
            music: PCM that can be looped.
            language: Of the announcements.
            told: Called when everything that was to be said is said.
        """
        self._leg = leg
        self._speaker = speaker
        self._language = language
        self._told = told
        self._texts: deque[str] = deque()
        self._rendering: asyncio.Task[None] | None = None
        self._ready = b""
        """What is said next, rendered while something else was being said."""
        self._token = 0
        self._saying = False
        self._cut = False
        """Whether what is being said ends as soon as the next is ready."""
        self._tune = Tune(music)
        self._music_plays = False

    def begin(self) -> None:
        """Play music, unless something plays already."""
        if not self._music_plays and not self._saying:
            self._play_music()

    def say(self, text: str, *, at_once: bool) -> None:
        """Say *text* after what is being said, or *at_once*: as soon as it is ready."""
        if at_once:
            self._forget_texts()
            self._cut = True
        self._texts.append(text)
        self.begin()
        self._render_next()

    def played(self, token: int) -> None:
        """Take note that what played under *token* is over."""
        if token != self._token or not self._saying:
            return
        self._saying = False
        if self._ready:
            self._say_now(self._ready)
        else:
            self.begin()
            self._tell_if_done()

    def stop(self) -> None:
        """Fall silent within a frame; nothing more is said until `begin` or `say`."""
        self._forget_texts()
        self._saying = False
        self._pause_music()
        self._leg.stop_playing()

    # ------------------------------------------------------------ one after the other

    def _render_next(self) -> None:
        if self._rendering is None and not self._ready and self._texts:
            work = self._render(self._texts.popleft())
            self._rendering = asyncio.get_running_loop().create_task(work)

    async def _render(self, text: str) -> None:
        pcm = b""
        try:
            pcm = await self._speaker.render(text, language=self._language)
        except SpeechError as error:
            _log.error("announcement not spoken", extra={"engine": error.engine})
        self._rendering = None
        if pcm and self._saying and not self._cut:
            self._ready = pcm
        elif pcm:
            self._say_now(pcm)
        else:
            self._render_next()
            self._tell_if_done()

    def _say_now(self, pcm: bytes) -> None:
        self._pause_music()
        self._saying, self._cut, self._ready = True, False, b""
        self._token += 1
        self._leg.play(pcm, token=self._token)
        self._render_next()

    def _tell_if_done(self) -> None:
        if not (self._saying or self._rendering or self._texts):
            self._told()

    def _forget_texts(self) -> None:
        self._texts.clear()
        self._ready = b""
        if self._rendering is not None:
            self._rendering.cancel()
            self._rendering = None

    # ------------------------------------------------------------ music

    def _play_music(self) -> None:
        self._music_plays = True
        self._leg.play(self._tune.resume(now=self._now), token=MUSIC, loop=True)

    def _pause_music(self) -> None:
        self._music_plays = False
        self._tune.pause(now=self._now)

    @property
    def _now(self) -> float:
        return asyncio.get_running_loop().time()
