"""The minutes of one conversation: its turns, measured and told once each is complete."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import assert_never

from ivr import log
from ivr.audio.meter import Levels
from ivr.audio.pcm import FRAME
from ivr.dialog.dialog import Dialog
from ivr.dialog.journey import SURVEY_SLOT
from ivr.dialog.performing import OPERATION_LIMIT
from ivr.dialog.turns import Answered, TurnRecord
from ivr.dialog.view import DialogView
from ivr.flow.model import UNAVAILABLE, Value
from ivr.journal import Journal
from ivr.noting import (
    Broke,
    ClinicAnswered,
    ClinicAsked,
    EarClosed,
    EarTold,
    LegTold,
    Noted,
    PromptBegan,
    PromptCut,
    PromptLost,
    Stepped,
)
from ivr.ports import (
    Deaf,
    Heard,
    HearingEvent,
    Keyed,
    LegEvent,
    MediaHeld,
    Onset,
    Partial,
    Played,
    Restarted,
)
from ivr.story.calls import MAX_SCORE, MIN_SCORE
from ivr.story.steps import Happened
from ivr.story.turns import Sound, Turn

PARTIALS_EVERY = 0.2  # seconds; nobody reads faster
ACTED = frozenset({Answered.SPEECH, Answered.KEYS, Answered.NOT_UNDERSTOOD})
"""Turns in which the caller did something that we answered."""
SPOKE = frozenset({Answered.SPEECH, Answered.NOT_UNDERSTOOD})
_SCORES = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}


@dataclass(slots=True)
class Draft:
    """What is known of a turn that was not told yet; moments are the loop's."""

    at: datetime
    patience: float = 0.0
    prompt: float = 0.0
    barged_in: bool = False
    acted_at: float | None = None
    """When the caller's last word or key ended."""
    latency: float | None = None
    recognised: float | None = None
    operation: str = ""
    outcome: str = ""
    asked_at: float = 0.0
    clinic: float | None = None
    levels: Levels = field(default_factory=Levels)
    dropped: int = 0


class Minutes:
    """Takes down one conversation; made as it begins, and to be closed after it."""

    def __init__(self, dialog: Dialog, journal: Journal, *, about: bool, hears: bool) -> None:
        """
        Begin.

        Args:
            dialog: The conversation.
            journal: Of the call.
            about: Whether callers choose in it what the call is about.
            hears: Whether the line listens at all; one for keys alone loses no recogniser.
        """
        self._dialog = dialog
        self._journal = journal
        self._about = about
        self._before = journal.row.turns  # the turns of a call are numbered through
        self._path = journal.row.path
        self._drafts: dict[int, Draft] = {}
        self._turn = 0
        self._noted = 0  # records whose end was seen
        self._told = 0
        self._playing: tuple[int, float] | None = None
        self._partial_at = 0.0
        self._deaf = not hears

    def note(self, noted: Noted) -> None:
        """Take something down."""
        self._journal.safely(self._take, noted)

    def close(self) -> None:
        """Tell the turns that were not told yet, and what the caller thought of the call."""
        self._journal.safely(self._close)

    def _take(self, noted: Noted) -> None:
        match noted:
            case Stepped():
                self._look()
            case ClinicAsked(turn=turn, operation=operation):
                draft = self._draft(turn)
                draft.operation, draft.asked_at = operation, _now()
                self._journal.see(asks_clinic=operation)
            case ClinicAnswered(turn=turn, outcome=outcome):
                self._answered(self._draft(turn), outcome)
            case PromptBegan() | PromptCut() | PromptLost():
                self._say(noted)
            case EarTold(turn=turn, event=event):
                self._hear(self._draft(turn), event)
            case EarClosed(turn=turn, levels=levels):
                self._draft(turn).levels += levels
            case LegTold(event=event):
                self._follow(event)
            case Broke(kind=kind):
                self._journal.broke(kind)
            case _:
                assert_never(noted)

    # ------------------------------------------------------------ the dialog

    def _look(self) -> None:
        """See what the dialog did: another turn, another state, another answer."""
        view = self._dialog.view
        records = self._dialog.turns
        for record in records[self._noted :]:
            self._draft(record.number).patience = view.patience
        latest = records[-1] if len(records) > self._noted else None
        self._noted = len(records)
        if view.turn != self._turn:
            self._turn = view.turn
            self._draft(view.turn)
            log.turn(self._before + view.turn)
            self._journal.keep(path=self._path + self._dialog.path)
        self._journal.see(
            places=view.places or self._journal.glimpse.places,
            prompt=view.prompt,
            slots=view.slots,
            patience=view.patience,
            turn=self._before + view.turn,
            **({} if latest is None else _understood(latest, view)),
        )
        if self._about and self._dialog.about not in ("", self._journal.row.about):
            self._journal.keep(about=self._dialog.about)

    def _answered(self, draft: Draft, outcome: str) -> None:
        draft.outcome, draft.clinic = outcome, _now() - draft.asked_at
        self._journal.see(asks_clinic="")

    # ------------------------------------------------------------ what is said

    def _say(self, noted: PromptBegan | PromptCut | PromptLost) -> None:
        match noted:
            case PromptBegan(turn=turn):
                self._begin(turn)
            case PromptCut():
                self._fall_silent()
            case PromptLost():
                self._journal.step(Happened.NOT_SPOKEN)
            case _:
                assert_never(noted)

    def _begin(self, turn: int) -> None:
        """Take down that the caller hears our answer to what they did before."""
        self._fall_silent()
        now = _now()
        self._playing = (turn, now)
        latency = self._journal.glimpse.latency
        for number, draft in self._drafts.items():
            if number >= turn or draft.acted_at is None or draft.latency is not None:
                continue
            if self._record(number).answered in ACTED:
                latency = draft.latency = now - draft.acted_at
        self._tell_before(turn)
        self._journal.see(playing=True, latency=latency)

    def _fall_silent(self) -> None:
        if self._playing is not None:
            (turn, began), self._playing = self._playing, None
            self._draft(turn).prompt += _now() - began
            self._journal.see(playing=False)

    # ------------------------------------------------------------ what is heard

    def _hear(self, draft: Draft, event: HearingEvent) -> None:
        match event:
            case Onset():
                self._interrupted(draft)
                self._journal.see(speaking=True)
            case Partial(text=text):
                self._show(text)
            case Heard():
                self._understand(draft, event)
            case Restarted():
                self._journal.step(Happened.SPEECH_RESTARTED)
                self._journal.see(speaking=False)
            case Deaf():
                if not self._deaf:
                    self._deaf = True
                    self._journal.step(Happened.SPEECH_LOST)
            case _:
                assert_never(event)

    def _understand(self, draft: Draft, heard: Heard) -> None:
        draft.acted_at = _now() - heard.took - heard.silence
        draft.recognised = heard.took
        draft.dropped += heard.dropped
        said = heard.hypotheses[0].text if heard.hypotheses else ""
        self._journal.see(speaking=False, said=said)

    def _show(self, text: str) -> None:
        if _now() - self._partial_at >= PARTIALS_EVERY:
            self._partial_at = _now()
            self._journal.see(words=self._dialog.shown(text), said=text)

    def _interrupted(self, draft: Draft) -> None:
        draft.barged_in = draft.barged_in or self._playing is not None

    def _follow(self, event: LegEvent) -> None:
        match event:
            case Keyed():
                draft = self._draft(self._turn)
                draft.acted_at = _now()
                self._interrupted(draft)
            case Played(token=token):
                if self._playing is not None and self._playing[0] == token:
                    self._fall_silent()
            case _:
                if isinstance(event, MediaHeld):
                    self._fall_silent()
                self._journal.follows(event)

    # ------------------------------------------------------------ telling

    def _close(self) -> None:
        self._fall_silent()
        self._tell_before(self._turn + 1)
        row = self._journal.row
        score = score_of(self._dialog.values.get(SURVEY_SLOT)) or row.score
        path = self._path + self._dialog.path
        if (path, score) != (row.path, row.score):
            self._journal.keep(path=path, score=score)
        self._journal.see(speaking=False, asks_clinic="")

    def _tell_before(self, turn: int) -> None:
        """Tell the turns before *turn*: nothing of them can change any more."""
        row, latencies = self._journal.row, []
        told = self._told
        while self._told + 1 < turn and self._told < len(self._dialog.turns):
            self._told += 1
            latencies.append(self._tell(self._record(self._told)))
        if self._told > told:
            self._journal.keep(
                turns=self._before + self._told,
                latencies=row.latencies + tuple(one for one in latencies if one is not None),
            )

    def _tell(self, record: TurnRecord) -> float | None:
        """Tell one turn; return its latency."""
        draft = self._drafts.pop(record.number, None) or Draft(datetime.now(UTC))
        waited = _now() - draft.asked_at
        if draft.operation and not draft.outcome and waited >= OPERATION_LIMIT - FRAME:
            self._answered(draft, UNAVAILABLE)
        row = self._journal.row
        self._journal.tell(
            Turn(
                call=row.call,
                number=self._before + record.number,
                at=draft.at,
                state=record.state,
                asked=record.asked,
                version=row.version,
                answered=record.answered,
                judged=record.judged,
                band=record.band,
                confidence=record.confidence,
                patience=draft.patience,
                prompt=draft.prompt,
                barged_in=draft.barged_in,
                latency=draft.latency,
                recognised=draft.recognised,
                operation=draft.operation,
                outcome=draft.outcome,
                clinic=draft.clinic,
                sound=_sound(draft),
            )
        )
        return draft.latency

    # ------------------------------------------------------------ small things

    def _draft(self, turn: int) -> Draft:
        """Give the draft of *turn*; of one that was told already, one that nobody reads."""
        if turn <= self._told:
            return Draft(datetime.now(UTC))
        if turn not in self._drafts:
            self._drafts[turn] = Draft(datetime.now(UTC))
        return self._drafts[turn]

    def _record(self, turn: int) -> TurnRecord:
        return self._dialog.turns[turn - 1]


def score_of(value: Value | None) -> int | None:
    """Read what a caller answered to how well they were helped; None: nothing that counts."""
    text = str(value)
    score = _SCORES.get(text) or (int(text) if text.isascii() and text.isdecimal() else 0)
    return score if MIN_SCORE <= score <= MAX_SCORE else None


def _understood(record: TurnRecord, view: DialogView) -> dict[str, object]:
    """Give what an operator sees of what the caller said, if they did."""
    if record.answered not in SPOKE:
        return {}
    seen: dict[str, object] = {"words": view.last_words}
    if record.confidence is not None:
        seen |= {"confidence": record.confidence, "band": record.band or ""}
    return seen


def _sound(draft: Draft) -> Sound:
    levels = draft.levels
    return Sound(
        heard=levels.frames * FRAME,
        speech=levels.speech * FRAME,
        speech_dbfs=levels.speech_dbfs,
        noise_dbfs=levels.noise_dbfs,
        clipped=levels.clipped_share,
        cut_in=levels.cut_in,
        dropped=draft.dropped,
        tones=levels.tones,
    )


def _now() -> float:
    return asyncio.get_running_loop().time()
