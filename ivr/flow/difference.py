"""What distinguishes two versions of the flows, in words their author uses."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never

from ivr.flow.model import (
    NEXT,
    Ask,
    Branch,
    Call,
    Choice,
    Do,
    End,
    Flow,
    Handoff,
    Question,
    Record,
    Return,
    Say,
    Slot,
    State,
)

Facts = dict[str, str]
"""What is told of one thing: label to words."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference."""

    place: str
    """`flow`, or `flow.state`."""
    label: str
    """Which detail of it; empty: all of it."""
    old: str
    """What it was; empty: it is new."""
    new: str
    """What it is; empty: it is gone."""

    def __str__(self) -> str:
        """Render as a person reads it, a change on three lines."""
        what = f"{self.place}: {self.label}" if self.label else self.place
        if not self.old:
            return f"{what} is new: {self.new}"
        if not self.new:
            return f"{what} is gone: {self.old}"
        return f"{what} has changed\n  was  {self.old}\n  now  {self.new}"


def differences(old: Mapping[str, Flow], new: Mapping[str, Flow]) -> tuple[Change, ...]:
    """Compare two versions, flow by flow and state by state, in the order of the new one."""
    return tuple(
        change
        for name in dict.fromkeys((*new, *old))
        for change in _of_flows(name, old.get(name), new.get(name))
    )


def compared(place: str, old: Facts, new: Facts) -> Iterator[Change]:
    """Compare what is told of *place*."""
    for label in dict.fromkeys((*new, *old)):
        before, now = old.get(label, ""), new.get(label, "")
        if before != now:
            yield Change(place, label, before, now)


def _of_flows(name: str, old: Flow | None, new: Flow | None) -> Iterator[Change]:
    if old is None or new is None:
        yield Change(name, "", _whole_flow(old), _whole_flow(new))
        return
    yield from compared(name, _flow_facts(old), _flow_facts(new))
    for state in dict.fromkeys((*new.states, *old.states)):
        place = f"{name}.{state}"
        before, now = old.states.get(state), new.states.get(state)
        if before is None or now is None or type(before) is not type(now):
            yield Change(place, "", _whole_state(before), _whole_state(now))
        else:
            yield from compared(place, dict(_facts(before)), dict(_facts(now)))


def _whole_flow(flow: Flow | None) -> str:
    return "" if flow is None else f"{flow.title}, {len(flow.states)} states"


def _flow_facts(flow: Flow) -> Facts:
    slots = {f"slot {slot.name}": _slot(slot) for slot in flow.slots.values()}
    return {
        "title": quoted(flow.title),
        "queue": flow.queue,
        "start": flow.start,
        "language": flow.language,
        "for agents": quoted(flow.for_agents),
        **slots,
    }


def _slot(slot: Slot) -> str:
    length = f", {slot.length[0]} to {slot.length[1]} digits" if slot.length else ""
    choices = "".join(f", {choice.name} ({_choice(choice)})" for choice in slot.choices)
    return f"{slot.type}, privacy {slot.phi}{length}{choices}"


def _whole_state(state: State | None) -> str:
    if state is None:
        return ""
    told = (f"{label} {words}" for label, words in _facts(state) if words)
    return f"{type(state).__name__.lower()}; " + "; ".join(told)


def _facts(state: State) -> Iterator[tuple[str, str]]:
    match state:
        case Ask(question=question):
            yield from _question_facts(question)
        case Say() | End():
            yield "prompt", quoted(state.prompt)
        case Record(prompt=prompt, limit=limit):
            yield "prompt", quoted(prompt)
            yield "limit", f"{limit:g} seconds"
        case Do(operation=operation, arguments=arguments, filler=filler):
            yield "asks the clinic for", operation
            yield from ((f"with {name}", template) for name, template in arguments.items())
            yield "filler", quoted(filler)
        case Call(flow=flow):
            yield "runs the flow", flow
        case Return(outcome=outcome):
            yield "returns", outcome
        case Handoff(queue=queue, prompt=prompt, reason=reason):
            yield "gives the caller to", queue
            yield "prompt", quoted(prompt)
            yield "reason", quoted(reason)
        case unknown:
            assert_never(unknown)
    if isinstance(state, Ask | Say | Do | Call | Record):
        yield from ((_after(outcome), _ways(ways)) for outcome, ways in state.on.items())


def _question_facts(question: Question) -> Iterator[tuple[str, str]]:
    yield "prompt", quoted(question.prompt)
    yield "keeps the answer as", question.slot or ""
    yield from ((f"choice {choice.name}", _choice(choice)) for choice in question.choices)
    yield "help", quoted(question.help)
    for name, texts in (("no_input", question.no_input), ("no_match", question.no_match)):
        yield from ((f"{name} {nth}", quoted(text)) for nth, text in enumerate(texts, start=1))
    yield "confirm", question.confirm.value
    yield "attempts", str(question.attempts)
    yield "barge_in", "yes" if question.barge_in else "no"
    yield "no_input_after", f"{question.no_input_after:g} seconds"
    yield "inter_key", f"{question.inter_key:g} seconds"
    yield "term_key", question.term_key
    yield "utterance_limit", f"{question.utterance_limit:g} seconds"


def _choice(choice: Choice) -> str:
    key = f"key {choice.key}, " if choice.key else ""
    return key + ", ".join(quoted(phrase) for phrase in choice.says)


def _after(outcome: str) -> str:
    return "next" if outcome == NEXT else f"on {outcome}"


def _ways(ways: tuple[Branch, ...]) -> str:
    return ", else ".join(f"{w.to} when {w.when.text}" if w.when else w.to for w in ways)


def quoted(text: str) -> str:
    """Put *text* in quotes; nothing stays nothing."""
    return f'"{text}"' if text else ""
