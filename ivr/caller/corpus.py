"""What a line may say, as sentences for a language model: its flows, its wording, its data."""

import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from ivr.caller.matching import Words, words_of
from ivr.clinic.people import invent
from ivr.dialog.grammar.numbers import cardinal, say_digits
from ivr.dialog.slots import speak
from ivr.flow.templates import fill, slots_of
from ivr.flow.tree import Fields, Items, Node, Text, parse_tree

VARIANTS = 40  # fillings of a template; enough that each kind of value turns up in it
DENIED = {"is": "isn't", "are": "aren't", "can": "can't", "have": "haven't"}
NUMBERS = 100
DATES = 60

_SENTENCE_END = re.compile(r"[.?!:;]+\s+|\n")


def prompts_in(yaml: str) -> Iterator[str]:
    """
    Find what looks like something to say in a YAML file, whatever it is for.

    A file that cannot be read holds nothing to say: this is for listening, not for judging.
    """
    root, _ = parse_tree(yaml, file="")
    open_nodes: list[Node] = [] if root is None else [root]
    while open_nodes:
        match open_nodes.pop():
            case Text(value=value):
                if len(value.split()) > 1:
                    yield " ".join(value.split())
            case Items(items=items):
                open_nodes += items
            case Fields(entries=entries):
                open_nodes += [value for _, value in entries]


def sentences(
    texts: Iterable[str], *, values: Mapping[str, Sequence[str]], more: Iterable[str] = ()
) -> list[Words]:
    """
    Turn prompts into sentences.

    Args:
        texts: Prompts, with `{slot}`s.
        values: What may stand in a slot, by its name; other slots take any value of all.
        more: Texts without slots that are worth as much as a prompt in all its fillings. What
            denies them is among the sentences too: who cannot hear "not" hears what they wish.
    """
    rng = random.Random(0)  # noqa: S311 - the same model for the same texts
    anything = [value for kind in values.values() for value in kind]
    found: list[Words] = []
    for text in dict.fromkeys(texts):
        for _ in range(VARIANTS if slots_of(text) else 1):
            full = fill(text, lambda slot: rng.choice(values.get(slot) or anything or [""]))
            found += _pieces(full)
    for text in dict.fromkeys(more):
        found += _pieces(text) * VARIANTS
        found += [denial for piece in _pieces(text) for denial in _denials(piece)] * VARIANTS
    return found


def _denials(words: Words) -> Iterator[Words]:
    for at, word in enumerate(words):
        if word in DENIED:
            yield (*words[:at], DENIED[word], *words[at + 1 :])
        yield (*words[:at], "not", *words[at:])


def _pieces(text: str) -> list[Words]:
    """Give the whole and each sentence: a pause may fall between any two."""
    pieces = [words_of(text), *(words_of(piece) for piece in _SENTENCE_END.split(text))]
    return [piece for piece in pieces if piece]


def usual_values(today: date) -> dict[str, Sequence[str]]:
    """Collect what the embedded clinic and the calendar put into prompts, by slot where known."""
    practice = invent(today)
    plans = {coverage.plan for coverage in practice.coverages}
    return {
        "drug": sorted({prescription.drug for prescription in practice.prescriptions}),
        "pharmacy": sorted({prescription.pharmacy for prescription in practice.prescriptions}),
        "provider": sorted({appointment.provider for appointment in practice.appointments}),
        "location": sorted({appointment.location for appointment in practice.appointments}),
        "caller": [patient.name for patient in practice.patients[:NUMBERS]],
        "plan": sorted(plans),
        "answer": [*_times(today), *_digit_strings()],
        "": [*_times(today), *(cardinal(n, "en") for n in range(NUMBERS))],
    }


def _digit_strings() -> list[str]:
    """Say ZIP codes, prescription numbers and phone numbers, every pair of digits in them."""
    lengths = (5, 7, 10)
    return [say_digits(f"{n * 7919 % 10**k:0{k}}"[::-1], "en") for k in lengths for n in range(40)]


def _times(today: date) -> list[str]:
    morning = datetime(today.year, today.month, today.day, 8, 0)  # noqa: DTZ001 - as the line says it
    step = timedelta(days=5, minutes=15)
    return [speak(morning + n * step, "value", language="en", today=today) for n in range(DATES)]
