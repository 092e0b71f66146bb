"""The recording of one call: the caller is told first, and what is private stays out of it."""

import logging
from collections.abc import Callable

from ivr.dialog.wording import Wording
from ivr.errors import SpeechError
from ivr.ports import AudioLeg, Gone, Keyed, Played, Speaker
from ivr.records.recordings import Recorder, Recording, Recordings

_log = logging.getLogger(__name__)
NOTICE = 0  # token of what is played before the first turn


class CallRecording:
    """Records one caller's leg between `begin` and `end`."""

    def __init__(self, leg: AudioLeg, recordings: Recordings | None) -> None:
        """Prepare to record *leg*; without *recordings* nothing is recorded."""
        self._leg = leg
        self._recordings = recordings
        self._recorder: Recorder | None = None
        self._untap: Callable[[], None] = lambda: None

    async def begin(self, speaker: Speaker, wording: Wording) -> list[Keyed]:
        """
        Say that the call is recorded, then record; a line that cannot say it records nothing.

        Returns:
            Keys that were pressed meanwhile.
        """
        if self._recordings is None:
            return []
        try:
            notice = await speaker.render(wording("en").recorded)
        except SpeechError:
            _log.warning("call not recorded: it could not be said")
            return []
        self._leg.play(notice, token=NOTICE)
        early = []
        async for event in self._leg.events():
            if isinstance(event, Keyed):
                early.append(event)
                break
            if isinstance(event, Played | Gone):
                break
        self._recorder = self._recordings.open()
        self._untap = self._leg.tap(self._recorder)
        return early

    def keep_private(self, *, private: bool) -> None:
        """Leave out what is heard and said as long as it is *private*."""
        if self._recorder is not None:
            self._recorder.keep_private(private=private)

    async def end(self) -> Recording | None:
        """Tell what was recorded; None: nothing since the last time this was asked."""
        recorder, self._recorder = self._recorder, None
        if recorder is None:
            return None
        self._untap()
        return await recorder.close()
