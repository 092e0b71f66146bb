"""Reading an answer back: was that heard right?"""

from dataclasses import replace

from ivr.dialog.actions import Listening
from ivr.dialog.confidence import Band, band
from ivr.dialog.events import Hypothesis
from ivr.dialog.grammar.base import Grammar
from ivr.dialog.inquiry import Inquiry
from ivr.dialog.matter import Miss, Reading
from ivr.dialog.plan import YES_NO
from ivr.dialog.prompt import Prompt
from ivr.dialog.turns import Judged
from ivr.dialog.verdicts import Accept, Refuse, Ruling
from ivr.flow.model import Value
from ivr.flow.templates import fill

_ENOUGH = {True: {Band.ACCEPT}, False: {Band.ACCEPT, Band.CONFIRM}}
"""Which bands settle it: a doubtful "no" does no harm, a doubtful "yes" could."""


class Confirmation:
    """Was that heard right?"""

    kind = "read_back"

    def __init__(self, inquiry: Inquiry, value: Value) -> None:
        self.inquiry = inquiry
        self.value = value
        self.question = inquiry.question
        self.many_keys = False
        self.has_keys = True

    @property
    def grammar(self) -> Grammar:
        """Yes and no."""
        return self.inquiry.plan.yes_no

    @property
    def listening(self) -> Listening:
        """Yes, no, and the right answer instead of a no."""
        return self.inquiry.plan.confirming

    def opening(self, *, keys_only: bool) -> Prompt:
        """Read the answer back."""
        phrases, language = self.inquiry.phrases, self.inquiry.language
        answer = self.inquiry.plan.grammar.read_back(self.value)
        back = Prompt(
            fill(phrases.confirm, lambda _: answer),
            phrases.confirm,
            language,
            cacheable=self.question.slot is None,
        )
        return self.inquiry.line(phrases.confirm_again).after(back) if keys_only else back

    def reads(self, text: str) -> bool:
        """Say whether *text* is yes, no or another answer."""
        return self._says(text) is not None or self.inquiry.reads(text)

    def read(self, hypotheses: tuple[Hypothesis, ...]) -> Reading:
        """Take yes, no, a correction, or a no with a correction behind it."""
        for hypothesis in hypotheses:
            said = self._says(hypothesis.text)
            meaning = band(YES_NO, hypothesis.confidence)
            if said is not None and meaning in _ENOUGH[said]:
                return Reading(*self._settled(yes=said), meaning, hypothesis.confidence)
        corrections = tuple(Hypothesis(self._bare(h.text), h.confidence) for h in hypotheses)
        reading = self._corrected(corrections)
        yes_or_no = any(self._says(h.text) is not None for h in hypotheses[:1])
        doubtful = reading.ruling is None and yes_or_no
        return replace(reading, judged=Judged.TOO_UNSURE) if doubtful else reading

    def keyed(self, value: Value) -> Reading:
        """Take 1 for yes, 2 for no."""
        return Reading(*self._settled(yes=value is True))

    def missed(self, miss: Miss, *, keys_only: bool) -> Prompt | None:
        """Count a miss of the question itself; ask for yes or no with the keys named."""
        del miss, keys_only
        return None if self.inquiry.spend(1.0) else self.opening(keys_only=True)

    def _corrected(self, hypotheses: tuple[Hypothesis, ...]) -> Reading:
        """
        Take another answer than the one that was read back.

        Who says it again instead of "yes" was most likely misheard again: it is no yes.
        """
        reading = self.inquiry.read(hypotheses)
        if reading.ruling is None:
            return reading
        self.inquiry.remember(self.value)
        if reading.ruling.value == self.value:
            reading = self.inquiry.read(hypotheses)
        same = reading.ruling is None or reading.ruling.value == self.value
        return replace(reading, ruling=None, judged=Judged.NOT_AN_ANSWER) if same else reading

    def _settled(self, *, yes: bool) -> tuple[Ruling, Judged]:
        if yes:
            return Accept(self.value), Judged.CONFIRMED
        return Refuse(self.value), Judged.DENIED

    def _says(self, text: str) -> bool | None:
        answer = self.grammar.read(text) if text else None
        return None if answer is None else answer.value is True

    def _bare(self, text: str) -> str:
        head, _, tail = text.partition(" ")
        return tail if tail and self._says(head) is False else text
