"""What an invented patient answers to a question, and what the line knows of them."""

from collections.abc import Iterator, Mapping

from ivr.caller.scenario import Act, Keys, Noise, Says, Silence
from ivr.clinic.people import ALEX
from ivr.flow.model import GAVE_UP, Ask, Confirm, Record, Slot, State

LONG_SILENCE = 30.0  # seconds; longer than any question waits
COUGH = 1.0  # seconds
MESSAGE = "this is alex sample please call me back"
NUMBER = "4821507389" * 6  # the first seven digits are Alex Sample's prescription
TYPICAL = {
    "date_of_birth": f"{ALEX.date_of_birth:%Y-%m-%d}",
    "date": "2027-03-03",
    "phone": ALEX.phone,
    "zip": ALEX.zip,
    "yes_no": "yes",
}
KEYED = {"date_of_birth": f"{ALEX.date_of_birth:%m%d%Y}", "phone": ALEX.phone, "zip": ALEX.zip}
KNOWN = {"patient": ALEX.key, "caller_name": ALEX.name, "copay": "25", "appointment": "b0000001"}


def example_of(slot: Slot) -> str:
    """Give a value of *slot* as scenarios write it."""
    match slot.type:
        case "choice":
            return slot.choices[0].name
        case "digits":
            return NUMBER[: slot.length[0] if slot.length else 1]
        case kind:
            return TYPICAL.get(kind) or KNOWN.get(slot.name) or slot.name.replace("_", " ")


def ways_to_answer(state: State, slots: Mapping[str, Slot]) -> Iterator[tuple[Act, ...]]:
    """Yield what a caller can do in *state* to go on from it, or to hear more there."""
    match state:
        case Record():
            yield (Says(MESSAGE),)
            yield (Silence(LONG_SILENCE),)
        case Ask(question=question):
            slot = None if question.slot is None else slots[question.slot]
            choices = question.choices if slot is None else slot.choices
            for choice in choices:
                yield (Keys(choice.key) if choice.key else Says(choice.says[0]),)
            if slot is not None and not choices:
                again = (Keys("1"),) if question.confirm is Confirm.ALWAYS else ()
                for answer in _answers(slot):
                    yield (answer, *again)
            yield (Says("help"),)
            yield (Noise(COUGH),) * (question.attempts - 1)
            yield (Silence(LONG_SILENCE),) * (question.attempts - 1)
            if GAVE_UP in state.on:
                yield (Silence(LONG_SILENCE),) * question.attempts
        case _:
            pass


def _answers(slot: Slot) -> Iterator[Act]:
    match slot.type:
        case "yes_no":
            yield Keys("1")
            yield Keys("2")
        case "date":
            yield Says("tomorrow")
        case "digits":
            yield Keys(example_of(slot))
        case kind:
            yield Keys(KEYED[kind])
