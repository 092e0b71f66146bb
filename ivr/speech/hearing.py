"""One question's open ear: from frames to `HearingEvent`s."""

import asyncio
import re
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import assert_never

from ivr import log
from ivr.audio.endpointing import Change, Endpointer, Patience
from ivr.audio.pcm import FRAME, FRAME_BYTES
from ivr.dialog.actions import Listening, Wait
from ivr.dialog.events import Hypothesis
from ivr.ports import Deaf, Heard, HearingEvent, Onset, Partial, Restarted
from ivr.speech.detector import Detector
from ivr.speech.utterance import (
    EngineGoneError,
    EngineRefusesError,
    EngineStuckError,
    Tell,
    Utterance,
    UtteranceLostError,
)
from ivr.speech.wire import PartialText, SoFar

_log = log.get(__name__)

PATIENCE = {
    # Seconds. The end is what the caller waits for; stops inside words last up to 0.15.
    Wait.SHORT: (0.16, 0.38),
    # People pause between groups of digits. What is decoded in a pause is the answer if nobody
    # goes on, and the last word wants this much silence behind it: with 0.20 of people's
    # seven digits 39 in 100 were right instead of 47.
    Wait.LONG: (0.35, 0.90),
}
WHOLE_AFTER = 0.36  # seconds; a breath between two groups may be as short, but not behind the last
BEFORE_ONSET = 0.5  # seconds kept and sent first, so that no first consonant is clipped
MAX_LOSSES = 3  # in one listening; then the engine is not coming back for this question
MAX_EVENTS = 200  # a consumer that far behind is gone


class SpeechHearing:
    """
    Listens until closed; made by `SpeechClient.open`.

    `feed` judges the frame at once (0.1 ms, 0.6 ms while somebody speaks) and hands audio
    to the utterance's task; nothing here waits.
    """

    def __init__(
        self,
        listening: Listening,
        *,
        detector: Detector,
        make: Callable[[Tell], Utterance],
        lost: Callable[[], None],
        closed: Callable[["SpeechHearing"], None],
    ) -> None:
        """
        Open the ear.

        Args:
            listening: The question.
            detector: Tells speech; ours until `close`.
            make: Makes an utterance, given whom it tells before it is over.
            lost: Told when an engine hangs.
            closed: Told once, at the end.
        """
        pause_after, end_after = PATIENCE[listening.wait]
        patience = Patience(pause_after, end_after, listening.limit, WHOLE_AFTER)
        self._endpointer = Endpointer(patience)
        self._endings = [(re.compile(e.pattern), e.sure) for e in listening.endings]
        self.detector = detector
        self._make = make
        self._lost = lost
        self._closed = closed
        self._open = True
        self._events: asyncio.Queue[HearingEvent | None] = asyncio.Queue(MAX_EVENTS)
        self._before: deque[bytes] = deque(maxlen=round(BEFORE_ONSET / FRAME))
        self._held: list[bytes] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._losses = 0
        self._settled = False  # whether the engine was told to decode and nothing came since
        self._spoken: Utterance | None = None
        self._next = self._prepare()

    def feed(self, frame: bytes, /) -> None:
        """Take one frame of 20 ms."""
        if not self._open or len(frame) != FRAME_BYTES:
            return
        seen = self.detector(frame)
        change = self._endpointer.feed(seen.score, level_dbfs=seen.level_dbfs)
        if change is Change.ONSET:
            self._begin()
        self._keep(frame, change)

    async def events(self) -> AsyncIterator[HearingEvent]:
        """Yield until `close` or `Deaf`."""
        while (event := await self._events.get()) is not None:
            yield event
            if isinstance(event, Deaf):
                return

    async def close(self) -> None:
        """Stop listening; what is being said is given up."""
        self._end()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # ------------------------------------------------------------ frames

    def _begin(self) -> None:
        self._spoken, self._next = self._next, self._prepare()
        self._settled = False
        self._tell(Onset())
        for earlier in self._before:
            self._spoken.audio(earlier)
        self._before.clear()

    def _keep(self, frame: bytes, change: Change | None) -> None:
        if self._spoken is None:
            self._before.append(frame)
            return
        # Frames of a pause stay here: an engine told to decode need not do it again when
        # nothing but silence follows.
        self._held.append(frame)
        if change is Change.RESUME:
            self._settled = False
        if not (self._settled and self._spoken.pauses):
            self._send_held(self._spoken)
        if change is Change.PAUSE:
            self._settled = True
            self._pause(self._spoken)
        elif change is Change.END:
            self._spoken.finish()
            self._forget()

    def _pause(self, spoken: Utterance) -> None:
        # Engines that tell what they hear must begin again when the caller goes on after they
        # were asked.
        if self._endings and (not spoken.text or self._ends(Hypothesis(spoken.text, 1.0))):
            spoken.ask_so_far()
        else:
            spoken.pause()

    def _send_held(self, spoken: Utterance) -> None:
        for frame in self._held:
            spoken.audio(frame)
        self._held.clear()

    def _forget(self) -> None:
        """The utterance is with the engine, or lost: what comes now is not part of it."""
        self._spoken = None
        self._held.clear()
        self._before.clear()

    # ------------------------------------------------------------ answers

    def _prepare(self) -> Utterance:
        utterance = self._make(self._hear_early)
        task = asyncio.get_running_loop().create_task(self._follow(utterance))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return utterance

    def _hear_early(self, heard: PartialText | SoFar) -> None:
        match heard:
            case PartialText(text=text):
                self._tell(Partial(text))
                if self._settled and self._spoken is not None:
                    self._pause(self._spoken)  # the last word came out behind the pause
            case SoFar(hypotheses=hypotheses):
                if hypotheses and self._ends(hypotheses[0]):
                    self._endpointer.whole()
            case other:
                assert_never(other)

    def _ends(self, heard: Hypothesis) -> bool:
        words = "".join(f"{word} " for word in heard.text.split())
        return any(
            heard.confidence >= sure and pattern.fullmatch(words) for pattern, sure in self._endings
        )

    async def _follow(self, utterance: Utterance) -> None:
        try:
            hypotheses = await utterance.run()
            silence = self._endpointer.silence
            self._tell(Heard(hypotheses, silence, utterance.took, utterance.dropped))
        except EngineGoneError:
            _log.error("no engine to hear with")
            self._give_up()
        except EngineRefusesError:
            _log.exception("question refused by the engine")
            self._give_up()
        except UtteranceLostError as error:
            self._lose(utterance, stuck=isinstance(error, EngineStuckError))

    def _lose(self, utterance: Utterance, *, stuck: bool) -> None:
        if stuck:
            self._lost()
        self._losses += 1
        _log.warning("engine lost", extra={"stuck": stuck, "losses": self._losses})
        if self._losses > MAX_LOSSES:
            self._give_up()
        elif utterance is self._next:
            self._next = self._prepare()  # nothing was said yet, nothing is lost
        else:
            if utterance is self._spoken:
                self._endpointer.forget()
                self._forget()
            self._tell(Restarted())

    def _give_up(self) -> None:
        self._tell(Deaf())
        self._end()

    def _tell(self, event: HearingEvent) -> None:
        if not self._open:
            return
        if self._events.full():
            self._events.get_nowait()
        self._events.put_nowait(event)

    def _end(self) -> None:
        if self._open:
            self._open = False
            if self._events.full():
                self._events.get_nowait()
            self._events.put_nowait(None)
            for task in self._tasks - {asyncio.current_task()}:
                task.cancel()
            self._closed(self)


class DeafHearing:
    """The ear of a line without an engine."""

    def feed(self, frame: bytes, /) -> None:
        """Hear nothing."""

    async def events(self) -> AsyncIterator[HearingEvent]:
        """Tell so, and end."""
        yield Deaf()

    async def close(self) -> None:
        """Nothing to close."""
