"""Scenarios that nobody writes: from every state "operator", key 0, and silence lead somewhere."""

from collections.abc import Iterator

from ivr.caller.scenario import Act, Ends, Keys, Says, Scenario, Silence
from ivr.flow.machine import FlowBook
from ivr.flow.model import Call, Return, Say, State
from ivr.workbench.examples import LONG_SILENCE, example_of

SILENCES = 40  # a caller's patience is far longer than that of any flow


def generated(book: FlowBook) -> Iterator[Scenario]:
    """Yield the scenarios every flow must pass, state by state, as if all was known there."""
    known = {name: example_of(slot) for name, slot in book.slots.items()}
    universals: tuple[tuple[str, tuple[Act, ...], Ends], ...] = (
        ('"operator"', (Says("operator", over=True),), Ends.AGENT),
        ("key 0", (Keys("0", over=True),), Ends.AGENT),
        ("silence", (Silence(LONG_SILENCE),) * SILENCES, Ends.ANY),
    )
    for flow in book.flows.values():
        for state in filter(takes_time, flow.states.values()):
            for what, steps, ends in universals:
                yield Scenario(
                    f"{what} in {flow.name}.{state.name}",
                    steps,
                    ends,
                    flow=flow.name,
                    state=state.name,
                    known=known,
                    file=flow.file,
                    marks={("steps",): (state.line, 1)},
                )


def takes_time(state: State) -> bool:
    """Whether a caller can do something while the call is in *state*."""
    return not isinstance(state, Call | Return) and not (
        isinstance(state, Say) and not state.prompt
    )
