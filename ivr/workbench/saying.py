"""
Everything a flow can say, in every variant, with invented values where a patient's would stand.

The texts come from the conversation itself: each question is opened, missed, helped with and
read back as on a call, so what is shown here is what callers hear.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from itertools import count
from typing import assert_never

from ivr.dialog.confirmation import Confirmation
from ivr.dialog.inquiry import Inquiry
from ivr.dialog.matter import Miss
from ivr.dialog.patience import Patience
from ivr.dialog.plan import plan_for
from ivr.dialog.prompt import Prompt
from ivr.dialog.script import Script
from ivr.dialog.wording import Phrases, Wording
from ivr.flow.diagram import in_words
from ivr.flow.model import (
    GAVE_UP,
    Ask,
    Call,
    Confirm,
    Do,
    End,
    Flow,
    Handoff,
    Record,
    Return,
    Say,
    Slot,
    State,
    Value,
)
from ivr.flow.templates import fill

LINE = "the line itself"
"""Where a saying belongs that no flow's author wrote."""
_DIGITS = "48215076394821507639"
_ORDINALS = ("1st", "2nd", "3rd")


@dataclass(frozen=True, slots=True)
class Saying:
    """One thing the line can say."""

    flow: str
    state: str
    when: str
    """In words, such as `1st silence`."""
    text: str
    """As it is spoken, with invented values."""
    template: str
    """As it is written, slots unfilled."""
    language: str
    cacheable: bool
    """Whether it is the same for every caller."""

    @property
    def place(self) -> str:
        """Where it is said."""
        return f"{self.flow}.{self.state}" if self.state else self.flow


def sayings_of(flow: Flow, wording: Wording, *, today: date) -> tuple[Saying, ...]:
    """Collect all that callers can hear in *flow*, in the order of its file."""
    speaker = _Examples(flow, wording, today)
    return tuple(
        Saying(flow.name, name, when, said.text, said.template, said.language, said.cacheable)
        for name, state in flow.states.items()
        for when, said in speaker.state(state)
        if said.text.strip()
    )


def own_sayings(wording: Wording, *, language: str) -> tuple[Saying, ...]:
    """Collect all that the line itself says in *language*, whatever the flow."""
    phrases = wording(language)
    found = []
    for part in fields(Phrases):
        value = getattr(phrases, part.name)
        texts: tuple[str, ...] = (value,) if isinstance(value, str) else value
        for number, template in enumerate(texts, start=1):
            when = _OWN.get(part.name) or in_words(part.name)
            when = when.replace("briefing", "to the agent:", 1)
            when += f" {number}" if len(texts) > 1 else ""
            text = fill(template, lambda name: _PLACES.get(name, in_words(name)))
            spoken_in = "es" if part.name == "spanish" else language
            own = Saying(LINE, "", when, text, template, spoken_in, text == template)
            found.append(own)
    return tuple(found)


def examples(flow: Flow, *, today: date) -> dict[str, Value]:
    """Invent a value for every slot that *flow* knows."""
    named = _named_examples(today)
    return {
        name: named[name] if name in named else _example(slot, today)
        for name, slot in flow.slots.items()
    }


class _Examples:
    """Takes the part of the caller to whom everything happens."""

    def __init__(self, flow: Flow, wording: Wording, today: date) -> None:
        self._flow = flow
        self._phrases = wording(flow.language)
        self._today = today
        self._values = examples(flow, today=today)
        self._script = Script(wording, self._values, today=today)

    def state(self, state: State) -> Iterator[tuple[str, Prompt]]:
        """Yield what can be said in *state*, with when."""
        match state:
            case Ask():
                yield from self._question(state)
            case Say(prompt=prompt):
                yield "said", self._author(prompt)
            case Record(prompt=prompt):
                yield "said; then the tone", self._author(prompt)
            case Handoff(prompt=prompt):
                yield "said; a person is rung", self._author(prompt)
            case End(prompt=prompt):
                yield "said; the line hangs up", self._author(prompt or self._phrases.goodbye)
            case Do(filler=filler):
                yield "if records are slow", self._author(filler or self._phrases.filler)
            case Call() | Return():
                pass
            case _:
                assert_never(state)

    def _author(self, template: str) -> Prompt:
        return self._script.author(template, self._flow)

    def _question(self, state: Ask) -> Iterator[tuple[str, Prompt]]:
        question = state.question
        first = self._inquiry(state).opening(keys_only=False)
        yield "asked", first
        for miss, what in ((Miss.NO_INPUT, "silence"), (Miss.NO_MATCH, "not understood")):
            inquiry = self._inquiry(state)
            for number in count():
                again = inquiry.missed(miss, keys_only=False)
                if again is None:
                    break
                yield f"{_ordinal(number)} {what}", again
        if GAVE_UP not in state.on:
            last = self._line(self._phrases.not_understood)
            yield "last try: a person", last
        lead = self._author(question.help) if question.help else self._line(self._phrases.help)
        yield "help", first.after(lead)
        if question.confirm is not Confirm.NEVER:
            yield from self._read_back(state)
        inquiry = self._inquiry(state)
        if inquiry.has_keys:
            keys = inquiry.opening(keys_only=True).after(self._line(self._phrases.keys_only))
            yield "the line cannot hear", keys

    def _read_back(self, state: Ask) -> Iterator[tuple[str, Prompt]]:
        question = state.question
        value = self._values[question.slot] if question.slot else question.choices[0].name
        always = question.confirm is Confirm.ALWAYS
        back = Confirmation(self._inquiry(state), value)
        yield (
            "read back" if always else "read back if unsure",
            back.opening(keys_only=False),
        )
        yield "read back again", back.opening(keys_only=True)
        if refused := self._inquiry(state).refused(value, keys_only=False):
            yield "“no” to the read-back", refused

    def _inquiry(self, state: Ask) -> Inquiry:
        question = state.question
        slot = self._flow.slots[question.slot] if question.slot else None
        plan = plan_for(question, slot, language=self._flow.language, today=self._today)
        say: Callable[[str], Prompt] = partial(self._script.author, flow=self._flow)
        return Inquiry(question, plan, say=say, phrases=self._phrases, patience=Patience(100.0))

    def _line(self, text: str) -> Prompt:
        return Prompt(text, text, self._flow.language)


def _ordinal(number: int) -> str:
    return _ORDINALS[number] if number < len(_ORDINALS) else f"{number + 1}th"


def _named_examples(today: date) -> Mapping[str, Value]:
    """Invent what operations of the clinic give."""
    return {
        "appointment_at": datetime.combine(today + timedelta(days=9), time(14, 30)),
        "ready_by": datetime.combine(today + timedelta(days=1), time(16, 0)),
        "provider": "Doctor Rivera",
        "location": "the Cedar Street office",
        "drug": "lisinopril ten milligrams",
        "pharmacy": "Cedar Street Pharmacy",
        "plan": "Evergreen Plus",
        "copay": Decimal("25.50"),
        "caller_name": "Alex Sample",
        "practice_says": "We are closed. We open again tomorrow, at eight in the morning.",
    }


_OWN = {
    "no_input": "silence",
    "no_match": "not understood",
    "confirm": "read back",
    "confirm_again": "read back again",
    "not_confirmed": "“no” to the read-back",
    "keys_only": "the line cannot hear",
    "filler": "if records are slow",
    "not_understood": "last try: a person",
    "clinic_down": "records down: a person",
    "line_trouble": "trouble: a person",
}
"""When the line says what, where the name in the file does not tell a newcomer."""

_PLACES = {
    "answer": "tomorrow",
    "number": "three",
    "most": "ten",
    "minutes": "ten",
    "least": "five",
    "person": "Kim",
    "queue": "the pharmacy",
    "practice": "Cedar Street Clinic",
    "caller": "Alex Sample",
}


def _example(slot: Slot, today: date) -> Value:
    match slot.type:
        case "yes_no":
            return True
        case "choice" if slot.choices:
            return slot.choices[0].name
        case "digits":
            shortest, longest = slot.length or (7, 7)
            return _DIGITS[: max(shortest, min(7, longest))]
        case "date":
            return today + timedelta(days=9)
        case "date_of_birth":
            return date(1982, 3, 3)
        case "phone":
            return "2125550142"
        case "zip":
            return "10025"
        case _:
            return in_words(slot.name)
