"""The author's question of one state, while it is open: what answers to it mean."""

from collections.abc import Callable

from ivr.dialog.actions import Listening
from ivr.dialog.confidence import Band, band
from ivr.dialog.events import Hypothesis
from ivr.dialog.grammar.base import Grammar
from ivr.dialog.matter import Miss, Reading
from ivr.dialog.patience import Patience
from ivr.dialog.plan import Plan
from ivr.dialog.prompt import Prompt
from ivr.dialog.turns import Judged
from ivr.dialog.verdicts import Accept, Doubt, Ruling
from ivr.dialog.wording import Phrases
from ivr.flow.model import Confirm, Question, Value

REFUSAL = 0.5  # misses; a "no" to a read-back is the recogniser's fault, and settles something


class Inquiry:
    """The author's question of one state, while it is open."""

    def __init__(
        self,
        question: Question,
        plan: Plan,
        *,
        say: Callable[[str], Prompt],
        phrases: Phrases,
        patience: Patience,
    ) -> None:
        """Open *question*; *say* fills the author's templates."""
        self.question = question
        self.plan = plan
        self.phrases = phrases
        self._say = say
        self._ask = say(question.prompt)
        self._patience = patience
        self._misses = 0.0
        self._refused: set[Value] = set()

    @property
    def kind(self) -> str:
        """Type of the slot, or `menu`."""
        return self.plan.kind

    @property
    def grammar(self) -> Grammar:
        """The grammar of the answers."""
        return self.plan.grammar

    @property
    def listening(self) -> Listening:
        """What may be said."""
        return self.plan.listening

    @property
    def many_keys(self) -> bool:
        """Whether an answer can have several keys."""
        return self.plan.many_keys

    @property
    def has_keys(self) -> bool:
        """Whether an answer can be keyed."""
        return self.plan.has_keys

    @property
    def language(self) -> str:
        """The language it is asked in."""
        return self._ask.language

    def line(self, text: str) -> Prompt:
        """Say *text* of the line's own in the language of the question."""
        return Prompt(text, text, self.language)

    def opening(self, *, keys_only: bool) -> Prompt:
        """Ask; for the keys when the recogniser is down."""
        return self._offer().after(self._ask) if keys_only and self.has_keys else self._ask

    def reads(self, text: str) -> bool:
        """Say whether *text* is an answer."""
        return self.plan.grammar.read(text) is not None

    def read(self, hypotheses: tuple[Hypothesis, ...]) -> Reading:
        """
        Take the best hypothesis that is an answer and was not refused before.

        One that is not the best, and one that was refused, never counts unasked.
        """
        read = [(h, value) for h in hypotheses if (value := self._value_of(h)) is not None]
        if not read:
            return self._nothing(hypotheses)
        heard, value = next((r for r in read if r[1] not in self._refused), read[0])
        meaning = band(self.plan.kind, heard.confidence)
        sure = heard is hypotheses[0] and value not in self._refused
        ruling = self._rule(value, meaning, sure=sure)
        return Reading(ruling, self._judged(ruling), meaning, heard.confidence)

    def keyed(self, value: Value) -> Reading:
        """Take a keyed answer: keys are what they are, unless the author wants every one read."""
        always = self.question.confirm is Confirm.ALWAYS
        if always or value in self._refused:
            return Reading(Doubt(value), self._judged(Doubt(value)))
        return Reading(Accept(value), Judged.KEYED)

    def missed(self, miss: Miss, *, keys_only: bool) -> Prompt | None:
        """Count a miss; from the second on the keys are offered."""
        if self.spend(1.0):
            return None
        if keys_only:
            return self.opening(keys_only=True).after(self._own(miss))
        return self._again(miss)

    def refused(self, value: Value, *, keys_only: bool) -> Prompt | None:
        """Remember that *value* is wrong and ask again; None when patience is used up."""
        self.remember(value)
        if self.spend(REFUSAL):
            return None
        lead = self.line(self.phrases.not_confirmed)
        return self.opening(keys_only=keys_only).after(lead)

    def remember(self, value: Value) -> None:
        """Never take *value* again without asking."""
        self._refused.add(value)

    def spend(self, cost: float) -> bool:
        """Count *cost* misses; say whether the attempts or the patience are used up."""
        self._misses += cost
        self._patience.miss(cost)
        return self._misses >= self.question.attempts or self._patience.exhausted

    def _value_of(self, hypothesis: Hypothesis) -> Value | None:
        answer = self.plan.grammar.read(hypothesis.text) if hypothesis.text else None
        if answer is None or band(self.plan.kind, hypothesis.confidence) is Band.REJECT:
            return None
        return answer.value

    def _nothing(self, hypotheses: tuple[Hypothesis, ...]) -> Reading:
        if not hypotheses or not hypotheses[0].text:
            return Reading(None, Judged.NO_WORDS)
        best = hypotheses[0]
        judged = Judged.TOO_UNSURE if self.reads(best.text) else Judged.NOT_AN_ANSWER
        return Reading(None, judged, band(self.plan.kind, best.confidence), best.confidence)

    def _rule(self, value: Value, meaning: Band, *, sure: bool) -> Ruling:
        match self.question.confirm:
            case Confirm.ALWAYS:
                return Doubt(value)
            case Confirm.NEVER if value not in self._refused:
                return Accept(value)
            case _:
                return Accept(value) if sure and meaning is Band.ACCEPT else Doubt(value)

    def _judged(self, ruling: Ruling) -> Judged:
        if isinstance(ruling, Accept):
            return Judged.ACCEPTED
        always = self.question.confirm is Confirm.ALWAYS
        return Judged.ALWAYS_READ_BACK if always else Judged.READ_BACK

    def _again(self, miss: Miss) -> Prompt:
        nth = max(0, int(self._misses) - 1)
        question = self.question
        authored = question.no_input if miss is Miss.NO_INPUT else question.no_match
        if authored:
            prompt = self._say(authored[min(nth, len(authored) - 1)])
            offer = nth >= len(authored) and nth >= 1
            return self._with_keys(prompt) if offer else prompt
        prompt = self._with_keys(self._ask) if nth >= 1 else self._ask
        return prompt.after(self._own(miss))

    def _own(self, miss: Miss) -> Prompt:
        texts = self.phrases.no_input if miss is Miss.NO_INPUT else self.phrases.no_match
        nth = max(0, int(self._misses) - 1)
        return self.line(texts[min(nth, len(texts) - 1)])

    def _with_keys(self, prompt: Prompt) -> Prompt:
        if not self.plan.has_keys:
            return prompt
        if self.question.slot is None and prompt is self._ask:
            return self._offer()  # a menu's keys name every choice already, and it was heard
        return self._offer().after(prompt)

    def _offer(self) -> Prompt:
        return self.line(self.plan.grammar.key_prompt())
