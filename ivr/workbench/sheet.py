"""The sign-off sheet: what callers hear, on paper, for the person who answers for it."""

import html
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ivr.dialog.plan import plan_for
from ivr.dialog.slots import speak
from ivr.dialog.universals import PHRASES, Universal
from ivr.dialog.wording import Wording
from ivr.flow.diagram import in_words
from ivr.flow.machine import FlowBook
from ivr.flow.model import GAVE_UP, Ask, Call, Flow, Handoff, Say, State
from ivr.flow.reading import reading_level, seconds_to_say
from ivr.flow.spoken import HARDEST, LONGEST_PROMPT
from ivr.flow.templates import slots_of
from ivr.flow.ways import targets_of
from ivr.flow.wording import MOST_CHOICES
from ivr.workbench.saying import Saying, examples, own_sayings, sayings_of

STYLE = Path(__file__).with_name("sheet.css")

_AUTOMATED = re.compile(
    r"\b(?:automated|automatic|virtual|computer|robot|artificial|automátic[oa])\b", re.IGNORECASE
)
_PERSON = re.compile(r"\b(?:operator|person|operador|operadora|persona)\b|\b0\b", re.IGNORECASE)
_SENTENCE = re.compile(r"[^.?!]+[.?!]+")


@dataclass(frozen=True, slots=True)
class Print:
    """What a sheet is made from, and what stands in its head."""

    book: FlowBook
    wording: Wording
    queues: Mapping[str, str]
    """Queue to its title."""
    today: date
    words_a_minute: int


def sheet_of(flows: Sequence[Flow], made_from: Print, *, own_words: bool) -> str:
    """
    Write the sheet of *flows* as one HTML page without anything outside it.

    Args:
        flows: A part of the sheet each, in this order.
        made_from: The line.
        own_words: Whether what the line itself says is a further part.
    """
    parts = [_Part(flow, made_from).write() for flow in flows]
    if own_words:
        languages = dict.fromkeys(flow.language for flow in flows)
        parts += [_own_part(made_from, language) for language in languages]
    title = flows[0].title if len(flows) == 1 else "All flows"
    return (
        f'<!doctype html>\n<html lang="{_text(flows[0].language)}">\n<head>\n<meta charset="utf-8">'
        f"\n<title>What callers hear: {_text(title)}</title>\n"
        f"<style>\n{STYLE.read_text(encoding='utf-8')}</style>\n</head>\n"
        f"<body>\n{''.join(parts)}</body>\n</html>\n"
    )


def told_automated(book: FlowBook) -> tuple[str, str] | None:
    """
    Find where callers are told that this is an automated system before they are asked anything.

    Returns:
        Title of the flow and the sentence, or None when they are not told.
    """
    flow = book.flows[book.start]
    state: State | None = flow.states[flow.start]
    for _ in flow.states:
        match state:
            case Say(prompt=prompt):
                heard = prompt
            case Ask(question=question):
                heard = question.prompt
            case _:
                return None
        for sentence in _SENTENCE.findall(heard):
            if _AUTOMATED.search(sentence):
                return flow.title, sentence.strip()
        onward = targets_of(state)
        state = flow.states[onward[0]] if isinstance(state, Say) and len(onward) == 1 else None
    return None


class _Part:
    """One flow's part of the sheet."""

    def __init__(self, flow: Flow, made_from: Print) -> None:
        self._flow = flow
        self._from = made_from
        self._sayings = sayings_of(flow, made_from.wording, today=made_from.today)

    def write(self) -> str:
        flow = self._flow
        return (
            f"<section>\n<header><h1>{_text(flow.title)}</h1><p>What callers hear in the flow "
            f"<b>{_text(flow.name)}</b> · version {_text(self._from.book.version)} · printed "
            f"{self._from.today.isoformat()}</p></header>\n{self._facts()}\n"
            f"<table>\n{_COLUMNS}\n{''.join(self._states())}</table>\n"
            f"{self._spoken()}{_SIGN}</section>\n"
        )

    def _facts(self) -> str:
        longest = max((self._seconds(saying) for saying in self._sayings), default=0.0)
        menus = [len(s.question.choices) for s in self._asked() if s.question.choices]
        facts = [
            ("Automated system", self._automated()),
            ("A person", self._person()),
            (
                "Size",
                (
                    f"{_counted(len(menus), 'menu')}, up to {_counted(max(menus), 'choice')}"
                    if menus
                    else "no menu"
                )
                + f" · longest prompt {math.ceil(longest)} s",
            ),
        ]
        rows = "".join(f"<dt>{name}</dt><dd>{fact}</dd>" for name, fact in facts)
        return f"<dl>{rows}</dl>"

    def _automated(self) -> str:
        told = told_automated(self._from.book)
        if told is None:
            return "<strong>Callers are not told before the first question.</strong>"
        title, sentence = told
        return f"Told at the start of every call ({_text(title)}): “{_text(sentence)}”"

    def _person(self) -> str:
        words = PHRASES.get(self._flow.language, PHRASES["en"])[Universal.OPERATOR]
        told = dict.fromkeys(
            in_words(s.state) for s in self._sayings if s.when == "asked" and _PERSON.search(s.text)
        )
        helped = [s for s in self._sayings if s.when == "help" and _PERSON.search(s.text)]
        asked = [s for s in self._sayings if s.when == "help"]
        said = (
            f"“{_text(words[0])}”, “{_text(words[1])}”, “{_text(words[2])}”, “speak to someone” or "
            f"key 0, at any time: {_text(self._queue(self._flow.queue))} answers."
        )
        if told:
            said += f" Callers are told so in: {_text(', '.join(told))}."
        if asked:
            said += f" Help names it at {len(helped)} of {_counted(len(asked), 'question')}."
        tries = sorted({s.question.attempts for s in self._asked() if GAVE_UP not in s.on})
        if tries:
            times = " or ".join(map(str, tries))
            said += f" After {times} tries that fail, a person takes over by itself."
        return said

    def _states(self) -> Iterator[str]:
        for name, state in self._flow.states.items():
            merged: dict[str, list[Saying]] = {}
            for saying in self._sayings:
                if saying.state == name:
                    merged.setdefault(saying.text, []).append(saying)
            if not merged and not isinstance(state, Call):
                continue
            yield f'<tbody><tr class="state"><th colspan="5">{self._heading(state)}</th></tr>\n'
            yield from (self._row(said) for said in merged.values())
            yield "</tbody>\n"

    def _heading(self, state: State) -> str:
        name = f"{_text(in_words(state.name).capitalize())}"
        match state:
            case Ask(question=question) if question.choices:
                named = (
                    f"{in_words(choice.name)}{f' (key {choice.key})' if choice.key else ''}"
                    for choice in question.choices
                )
                size = len(question.choices)
                flag = ' class="flag"' if size > MOST_CHOICES else ""
                count = f"<span{flag}>{_counted(size, 'choice')}</span>"
                return f"{name} <i>menu of {count}: {_text(', '.join(named))}</i>"
            case Ask(question=question):
                slot = self._flow.slots[question.slot or ""]
                wanted = "yes or no" if slot.type == "yes_no" else f"the {in_words(slot.name)}"
                return f"{name} <i>asks for {_text(wanted)}</i>"
            case Call(flow=called):
                flow = self._from.book.flows[called]
                return f"{name} <i>goes through “{_text(flow.title)}”, a part of its own</i>"
            case Handoff(queue=queue):
                return f"{name} <i>{_text(self._queue(queue))} takes over</i>"
            case _:
                return name

    def _row(self, said: Sequence[Saying]) -> str:
        text = said[0].text
        when = "; ".join(saying.when for saying in said)
        return (
            f"<tr><td>{_text(when)}</td><td>{_text(text)}</td>"
            f"{_measures(said[0], self._from.words_a_minute)}<td></td></tr>\n"
        )

    def _spoken(self) -> str:
        """Show how values are said: what is filled in, and what is read back."""
        flow, today = self._flow, self._from.today
        values = examples(flow, today=today)
        said = {}
        for saying in self._sayings:
            for name in slots_of(saying.template):
                if name in values:
                    kind = flow.slots[name].type
                    said[name] = speak(values[name], kind, language=flow.language, today=today)
        for state in self._asked():
            slot = flow.slots.get(state.question.slot or "")
            if slot and slot.type not in ("yes_no", "choice"):
                plan = plan_for(state.question, slot, language=flow.language, today=today)
                said[slot.name] = plan.grammar.read_back(values[slot.name])
        if not said:
            return ""
        rows = "".join(
            f"<tr><td>{_text(in_words(name))}</td><td>{_text(str(values[name]))}</td>"
            f"<td>{_text(words)}</td></tr>\n"
            for name, words in said.items()
        )
        return (
            '<h2>How numbers, dates and doses are spoken</h2>\n<table class="spoken"><thead><tr>'
            "<th>What</th><th>In the records (invented)</th><th>Spoken</th></tr></thead>"
            f"<tbody>\n{rows}</tbody></table>\n"
        )

    def _asked(self) -> Iterable[Ask]:
        return (state for state in self._flow.states.values() if isinstance(state, Ask))

    def _queue(self, name: str) -> str:
        return self._from.queues.get(name, in_words(name))

    def _seconds(self, saying: Saying) -> float:
        return seconds_to_say(saying.text, words_a_minute=self._from.words_a_minute)


def _own_part(made_from: Print, language: str) -> str:
    rows = "".join(
        f"<tr><td>{_text(saying.when)}</td><td>{_text(saying.text)}</td>"
        f"{_measures(saying, made_from.words_a_minute)}<td></td></tr>\n"
        for saying in own_sayings(made_from.wording, language=language)
    )
    return (
        f"<section>\n<header><h1>The line's own words</h1><p>Said in every flow · language "
        f"{_text(language)} · printed {made_from.today.isoformat()}</p></header>\n"
        f"<table>\n{_COLUMNS}\n<tbody>{rows}</tbody></table>\n{_SIGN}</section>\n"
    )


def _measures(saying: Saying, words_a_minute: int) -> str:
    """Write how long it takes and how hard it is; what is filled in is not the author's choice."""
    seconds = seconds_to_say(saying.text, words_a_minute=words_a_minute)
    grade = reading_level(saying.template) if saying.language == "en" else None
    long = ' class="flag"' if seconds > LONGEST_PROMPT else ""
    hard = ' class="flag"' if grade is not None and grade > HARDEST else ""
    shown = "" if grade is None else f"{grade:.0f}"
    return f"<td{long}>{math.ceil(seconds)}</td><td{hard}>{shown}</td>"


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _text(text: str) -> str:
    return html.escape(text)


_COLUMNS = (
    "<thead><tr><th>When</th><th>What the caller hears</th>"
    '<th title="seconds to say">s</th><th title="school grade that can follow it">grade</th>'
    "<th>ok</th></tr></thead>"
)
_SIGN = (
    "<footer><p>s: seconds to say it at the ordinary pace; grade: school grade that can follow it "
    f"(Flesch-Kincaid, from ten words on). Red: more than {LONGEST_PROMPT:.0f} s, or than grade "
    f"{HARDEST:.0f}. What is known of patients is invented here.</p>"
    '<div class="sign"><span>Read and approved by</span><span>Role</span><span>Signature</span>'
    '<span>Date</span></div><div class="sign"><span>Changes wanted</span></div></footer>\n'
)
