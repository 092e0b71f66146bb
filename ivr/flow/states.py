"""Reading one state: which kind it is, and what that kind takes."""

from collections.abc import Callable, Mapping

from ivr.flow.answers import read_choices
from ivr.flow.branches import Branches, narrowed, read_on, read_targets
from ivr.flow.fields import Notes, Table
from ivr.flow.model import (
    NEXT,
    Ask,
    Call,
    Choice,
    Confirm,
    Do,
    End,
    Handoff,
    Question,
    Record,
    Return,
    Say,
    Slot,
    State,
)
from ivr.flow.rules import Rule, closest, shown
from ivr.flow.tree import Fields, Node, Text
from ivr.flow.ways import answers_of

# Bounds in seconds: below, nobody can answer; above, the caller believes the line is dead.
SILENCE = (1.0, 30.0)
BETWEEN_KEYS = (0.5, 10.0)
SPEAKING = (2.0, 60.0)
MESSAGE = (5.0, 600.0)
MOST_ATTEMPTS = 5

_ELSEWHERE = {
    "next": "this state leads on by its outcomes, under on:",
    "length": "it belongs to the slot",
    "numDigits": "it belongs to the slot, as length",
}

Slots = Mapping[str, Slot]
_Kind = Callable[[Table, Slots], State]


def read_state(key: Text, node: Node, *, slots: Slots, notes: Notes) -> State:
    """Read a state; what cannot be read becomes a junction, its name in `notes.broken`."""
    path = ("states", key.value)
    notes.mark(path, key)
    if not isinstance(node, Fields):
        notes.wrong(node, Rule.WRONG_SHAPE, f"state {key.value} is a mapping such as {{say: …}}")
        notes.broken.add(key.value)
        return Say(key.value, prompt="", on={}, line=key.line)
    table = Table(node, path=path, notes=notes, owner=key)
    kind = _kind_of(table)
    if kind is None:
        notes.broken.add(key.value)
        return Say(key.value, prompt="", on={}, line=key.line)
    state = _KINDS[kind](table, slots)
    leads_by_outcomes = kind in {"do", "call"}
    if table.done(_ELSEWHERE) & {"next", "on"} or (leads_by_outcomes and "next" in table):
        notes.broken.add(key.value)
    return state


def _kind_of(table: Table) -> str | None:
    kinds = [kind for kind in _KINDS if kind in table and kind != _JUNCTION]
    if "handoff" in kinds and "say" in kinds:
        kinds.remove("say")
    if len(kinds) == 1:
        return kinds[0]
    if not kinds and set(table.keys) == {_JUNCTION}:
        return _JUNCTION
    if kinds:
        message = f"a state does one thing, this one has {' and '.join(kinds)}"
        hint = "split it"
        if "choices" in kinds:
            hint += "; the choices of a slot stand with the slot"
    else:
        keys = sorted(table.keys)
        message = f"nothing tells what this state does: {shown(', '.join(keys))}"
        guesses = {key: closest(key, _KINDS) for key in keys if key != _JUNCTION}
        hints = (f"is {shown(key)} meant to be {guess}?" for key, guess in guesses.items() if guess)
        hint = next(hints, f"it needs one of {', '.join(_KINDS)}")
    table.notes.wrong(table.owner, Rule.STATE_KIND, message, hint)
    return None


# ---------------------------------------------------------------- ways on


def _ways(table: Table, *, next_too: bool = True) -> dict[str, Branches]:
    """Read `on:` and `next:`; the state is broken when a way on cannot be told."""
    ways = read_on(table)
    whole = ways is not None
    ways = ways or {}
    node = table.take("next") if next_too else None
    if node is not None:
        targets = read_targets(node, path=(*table.path, "on", NEXT), notes=table.notes)
        whole = whole and targets is not None
        if NEXT in ways:
            message = "next stands here and under on:"
            table.notes.wrong(
                table.key("next"), Rule.TWO_SPELLINGS, message, "write one of the two"
            )
        ways[NEXT] = targets or ()
    elif next_too and "next" in table:
        whole = False
    if not whole:
        table.notes.broken.add(table.path[-1])
    return ways


# ---------------------------------------------------------------- questions


def _question(table: Table, *, slot: str | None, choices: tuple[Choice, ...]) -> Question:
    return Question(
        prompt=table.template("prompt", required=True),
        slot=slot,
        choices=choices,
        help=table.template("help"),
        no_input=table.templates("no_input"),
        no_match=table.templates("no_match"),
        confirm=Confirm(table.one_of("confirm", [c.value for c in Confirm], default=Confirm.AUTO)),
        attempts=table.whole("attempts", default=3, most=MOST_ATTEMPTS),
        barge_in=table.flag("barge_in", "bargein", default=True),
        no_input_after=table.seconds("no_input_after", "timeout", default=5.0, within=SILENCE),
        inter_key=table.seconds(
            "inter_key", "interdigittimeout", "interDigitTimeout", default=3.0, within=BETWEEN_KEYS
        ),
        term_key=_term_key(table),
        utterance_limit=table.seconds(
            "utterance_limit", "maxspeechtimeout", default=15.0, within=SPEAKING
        ),
    )


def _term_key(table: Table) -> str:
    node = table.take("term_key", "termchar", "finishOnKey")
    if node is None:
        return "#"
    if isinstance(node, Text) and node.value in {"#", "none"}:
        return "" if node.value == "none" else "#"
    hint = '"#" or none; the digits are answers and * belongs to the line'
    table.notes.wrong(node, Rule.BAD_VALUE, "term_key: cannot be this", hint)
    return "#"


def _ask(table: Table, slots: Slots) -> State:
    slot = table.name("ask")
    ways = _ways(table)
    if not slot:
        table.notes.broken.add(table.path[-1])
    return Ask(
        name=table.path[-1],
        question=_question(table, slot=slot, choices=()),
        on=_by_answer(table, ways, slots.get(slot)),
        line=table.owner.line,
    )


def _by_answer(table: Table, ways: dict[str, Branches], slot: Slot | None) -> dict[str, Branches]:
    """Turn `on: {yes: a, no: b}` of a question into guards, the last of them the else."""
    answers = answers_of(slot)
    given = [answer for answer in answers if answer in ways]
    if slot is None or not given:
        return ways
    others = ways.get(NEXT)
    missing = [answer for answer in answers if answer not in ways]
    if others is None and missing:
        _note_missing(table, ways, missing)
    elif others is None:
        others = ways[given.pop()]
    guarded = [narrowed(ways[answer], guard=f"{slot.name} == {answer}") for answer in given]
    kept = {outcome: to for outcome, to in ways.items() if outcome not in answers}
    return {**kept, NEXT: tuple(branch for to in (*guarded, others or ()) for branch in to)}


def _note_missing(table: Table, ways: dict[str, Branches], missing: list[str]) -> None:
    table.notes.broken.add(table.path[-1])
    for outcome in ways:
        if guess := closest(outcome, missing):
            message = f"{outcome} is no outcome of this state"
            hint = f"did you mean {guess}?"
            table.notes.wrong(table.key("on"), Rule.UNKNOWN_OUTCOME, message, hint)
            return
    message = f"no way on for {', '.join(missing)}"
    hint = f"add {missing[0]}: under on:, or next: for all the others"
    table.notes.wrong(table.key("on"), Rule.UNHANDLED_OUTCOME, message, hint)


def _menu(table: Table, _slots: Slots) -> State:
    choices, chosen = read_choices(table, menu=True, required=True)
    ways = _ways(table)
    others = ways.pop(NEXT, None)
    for name, targets in (chosen or {}).items():
        if name in ways:
            message = f"choice {name} leads on twice: with its next: and under on:"
            table.notes.wrong(table.owner, Rule.TWO_SPELLINGS, message, "write one of the two")
        ways[name] = targets
    if others is not None:
        ways = {**{choice.name: others for choice in choices}, **ways}
    if chosen is None:
        table.notes.broken.add(table.path[-1])
    return Ask(
        name=table.path[-1],
        question=_question(table, slot=None, choices=choices),
        on=ways,
        line=table.owner.line,
    )


# ---------------------------------------------------------------- the other kinds


def _say(table: Table, _slots: Slots) -> State:
    prompt = table.template("say", required=True)
    return Say(table.path[-1], prompt=prompt, on=_ways(table), line=table.owner.line)


def _junction(table: Table, _slots: Slots) -> State:
    return Say(table.path[-1], prompt="", on=_ways(table), line=table.owner.line)


def _do(table: Table, _slots: Slots) -> State:
    operation = table.text("do", required=True)
    state = Do(
        name=table.path[-1],
        operation=operation,
        arguments=_arguments(table),
        on=_ways(table, next_too=False),
        filler=table.template("filler"),
        line=table.owner.line,
    )
    if not operation:
        table.notes.broken.add(state.name)
    return state


def _arguments(table: Table) -> dict[str, str]:
    node = table.take("with")
    if node is None:
        return {}
    if not isinstance(node, Fields):
        hint = 'such as {patient: "{patient}"}'
        table.notes.wrong(node, Rule.WRONG_SHAPE, "with: takes argument: value", hint)
        return {}
    inner = Table(node, path=(*table.path, "with"), notes=table.notes)  # any name may stand here
    return {name: inner.template(name) for name in inner.keys}


def _call(table: Table, _slots: Slots) -> State:
    flow = table.name("call", required=True)
    ways = _ways(table, next_too=False)
    if not flow:
        table.notes.broken.add(table.path[-1])
    return Call(table.path[-1], flow=flow, on=ways, line=table.owner.line)


def _record(table: Table, _slots: Slots) -> State:
    what = table.text("record", required=True)
    if what and what != "message":
        node = table.take("record") or table.owner
        table.notes.wrong(
            node, Rule.BAD_VALUE, f"record: cannot be {shown(what)!r}", "write message"
        )
    return Record(
        name=table.path[-1],
        prompt=table.template("prompt", required=True),
        on=_ways(table),
        limit=table.seconds("limit", "maxtime", "maxLength", default=120.0, within=MESSAGE),
        line=table.owner.line,
    )


def _return(table: Table, _slots: Slots) -> State:
    outcome = table.name("return", required=True)
    return Return(table.path[-1], outcome=outcome, line=table.owner.line)


def _handoff(table: Table, _slots: Slots) -> State:
    reason = table.text("reason")
    if "{" in reason or "}" in reason:
        node = table.take("reason") or table.owner
        hint = "it is written once for every caller; the briefing tells the agent who is calling"
        table.notes.wrong(node, Rule.BAD_TEMPLATE, "reason: takes no slots", hint)
    return Handoff(
        name=table.path[-1],
        queue=table.name("handoff", required=True),
        prompt=table.template("say"),
        reason=reason,
        line=table.owner.line,
    )


def _end(table: Table, _slots: Slots) -> State:
    return End(table.path[-1], prompt=table.template("end", required=True), line=table.owner.line)


_JUNCTION = "next"
_KINDS: Mapping[str, _Kind] = {
    "ask": _ask,
    "choices": _menu,
    "say": _say,
    "do": _do,
    "call": _call,
    "record": _record,
    "return": _return,
    "handoff": _handoff,
    "end": _end,
    _JUNCTION: _junction,
}
