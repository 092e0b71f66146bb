"""Which words a studio should record: all that is the same for every caller, in small pieces."""

from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import date

from ivr.dialog.plan import plan_for
from ivr.dialog.wording import Phrases, Wording
from ivr.errors import FlowError
from ivr.flow.machine import FlowBook
from ivr.flow.model import Ask, Flow
from ivr.flow.rules import closest
from ivr.flow.scene import wordings_of
from ivr.flow.templates import slots_of
from ivr.speech.recorded import Recording, plain, text_hash

FOR_AGENTS = "briefing_"  # spoken to the agent, never to a caller


def wanted(book: FlowBook, wording: Wording, *, today: date) -> dict[str, dict[str, str]]:
    """Map each language to the texts to record, each with a file name to suggest."""
    found: dict[str, dict[str, str]] = {language: {} for language in wording.languages}
    for flow in book.flows.values():
        texts = found.setdefault(flow.language, {})
        for text, name in _of_flow(flow, today):
            if text and not slots_of(text):
                texts.setdefault(plain(text), f"{flow.name}-{name}.wav")
    for language in wording.languages:
        for text, name in _own(wording(language)):
            found["es" if name == "spanish" else language].setdefault(plain(text), f"{name}.wav")
    return found


def orphans(
    recordings: Iterable[Recording], texts: Iterable[str], *, file: str
) -> Iterator[FlowError]:
    """Find *recordings* whose words nothing says any more."""
    said = tuple(texts)
    for recording in recordings:
        if plain(recording.text) not in said:
            near = closest(plain(recording.text), said)
            hint = f"it is said now: {near}" if near else "remove it, or keep it for later"
            message = f"nothing says the words of {recording.file} any more"
            yield FlowError(file, recording.line, "recording-wording", message, hint)


def entry(text: str, file: str) -> str:
    """Write an entry of a manifest."""
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'  - text: "{quoted}"\n    file: {file}\n    hash: "{text_hash(text)}"\n'


def _of_flow(flow: Flow, today: date) -> Iterator[tuple[str, str]]:
    for state in flow.states.values():
        for said in wordings_of(state):
            if said.spoken:
                yield said.template, "-".join(said.path[1:])
        if isinstance(state, Ask):
            slot = flow.slots[state.question.slot] if state.question.slot else None
            plan = plan_for(state.question, slot, language=flow.language, today=today)
            if plan.has_keys:
                yield plan.grammar.key_prompt(), f"{state.name}-keys"


def _own(phrases: Phrases) -> Iterator[tuple[str, str]]:
    for part in fields(Phrases):
        value = getattr(phrases, part.name)
        texts: tuple[str, ...] = (value,) if isinstance(value, str) else value
        for number, text in enumerate(texts):
            if "{" not in text and not part.name.startswith(FOR_AGENTS):
                yield text, part.name if len(texts) == 1 else f"{part.name}-{number}"
