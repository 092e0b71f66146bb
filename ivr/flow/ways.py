"""The ways on from a state, and the answers a way can depend on."""

from collections.abc import Mapping

from ivr.flow.model import Branch, End, Handoff, Return, Slot, State


def ways_of(state: State) -> Mapping[str, tuple[Branch, ...]]:
    """Tell which outcome leads where; nothing for the states that end a flow."""
    match state:
        case Return() | Handoff() | End():
            return {}
        case _:
            return state.on


def targets_of(state: State) -> tuple[str, ...]:
    """Name the states *state* may lead to, each once, in file order."""
    branches = (branch for way in ways_of(state).values() for branch in way)
    return tuple(dict.fromkeys(branch.to for branch in branches))


def answers_of(slot: Slot | None) -> tuple[str, ...]:
    """Name every value *slot* can have when they can be told: of `yes_no` and `choice`."""
    match slot:
        case Slot(type="yes_no"):
            return ("yes", "no")
        case Slot(type="choice", choices=choices):
            return tuple(choice.name for choice in choices)
        case _:
            return ()
