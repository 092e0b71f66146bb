"""
From the text of a flow file to a `Flow`, or to every mistake in it.

The reader judges one file's form; whether its names lead anywhere is for `checks` to say,
which sees all files and the operations.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ivr.errors import FlowError, FlowErrors
from ivr.flow.answers import read_slots
from ivr.flow.fields import Notes, Table
from ivr.flow.model import Flow, Return, State
from ivr.flow.rules import Rule, shown
from ivr.flow.states import Slots, read_state
from ivr.flow.tree import Fields, Node, parse_tree, texts_in

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}\Z")


@dataclass(frozen=True, slots=True)
class Draft:
    """What could be read of a file, and what could not."""

    file: str
    flow: Flow | None
    """None when the file holds no flow at all, or not even YAML."""
    errors: tuple[FlowError, ...]
    broken: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """States of which it is not known what they lead to, each with the states it mentions."""


def read_flow(text: str, *, file: str) -> Flow:
    """
    Read one flow.

    Args:
        text: The whole file.
        file: Its name, for the errors.

    Raises:
        FlowErrors: Every mistake of the file at once.
    """
    draft = read_draft(text, file=file)
    if draft.errors or draft.flow is None:
        raise FlowErrors(draft.errors)
    return draft.flow


def read_draft(text: str, *, file: str) -> Draft:
    """Read as much of a flow as there is, for checks that want to see all files at once."""
    root, refused = parse_tree(text, file=file)
    notes = Notes(file)
    notes.errors.extend(refused)
    if isinstance(root, Fields):
        flow = _flow(root, notes)
        return Draft(file, flow, tuple(notes.errors), _mentioned(root, flow, notes.broken))
    if root is not None or not refused:
        mistake = FlowError(
            file, 1, Rule.WRONG_SHAPE, "a flow file is a mapping", "it begins with flow: name"
        )
        notes.errors.append(mistake)
    return Draft(file, None, tuple(notes.errors))


def _mentioned(root: Fields, flow: Flow, broken: set[str]) -> dict[str, frozenset[str]]:
    """Find the states that each of the broken ones may lead to, by their names in its text."""
    states = next((node for key, node in root.entries if key.value == "states"), root)
    if not isinstance(states, Fields):
        return {}
    return {
        key.value: frozenset(flow.states.keys() & set(texts_in(node)))
        for key, node in states.entries
        if key.value in broken
    }


def _flow(root: Fields, notes: Notes) -> Flow:
    table = Table(root, path=(), notes=notes)
    slots = read_slots(table)
    states = _states(table.take("states", required=True), slots=slots, notes=notes)
    outcomes = [state.outcome for state in states.values() if isinstance(state, Return)]
    flow = Flow(
        name=table.name("flow", required=True),
        title=table.text("title", required=True),
        queue=table.name("queue", required=True),
        start=table.name("start", required=True),
        states=states,
        slots=slots,
        outcomes=tuple(dict.fromkeys(outcome for outcome in outcomes if outcome)),
        language=_language(table),
        for_agents=table.text("for_agents"),
        file=notes.file,
        line=root.line,
        marks=notes.marks,
    )
    table.done()
    return flow


def _language(table: Table) -> str:
    language = table.text("language") or "en"
    if _LANGUAGE.match(language):
        return language
    node = table.take("language") or table.owner
    hint = "a language tag such as en, es or es-MX"
    table.notes.wrong(node, Rule.BAD_VALUE, f"language: cannot be {shown(language)!r}", hint)
    return "en"


def _states(node: Node | None, *, slots: Slots, notes: Notes) -> dict[str, State]:
    if node is None:
        return {}
    if not isinstance(node, Fields):
        notes.wrong(node, Rule.WRONG_SHAPE, "states: takes name: {…}")
        return {}
    return {
        key.value: read_state(key, value, slots=slots, notes=notes)
        for key, value in node.entries
        if notes.is_name(key, "a state")
    }
