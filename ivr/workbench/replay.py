"""Finished calls on changed flows, and scenarios made of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ivr.caller.scenario import (
    Answer,
    Answers,
    Ends,
    Fault,
    Health,
    Keys,
    Noise,
    Part,
    Says,
    Scenario,
    Silence,
    Step,
)
from ivr.dialog.account import Account, Act, Doing
from ivr.dialog.retelling import Difference, difference, retell
from ivr.dialog.wording import Wording
from ivr.flow.machine import FlowBook
from ivr.flow.model import EMPTY, Value
from ivr.workbench.examples import COUGH, LONG_SILENCE, MESSAGE
from ivr.workbench.paper import PaperLine, written
from ivr.workbench.writing import with_hearing


@dataclass(frozen=True, slots=True)
class Replayed:
    """One conversation of a call, on other flows."""

    call: str
    flow: str
    """Where it begins."""
    difference: Difference | None
    """None: it goes as it went."""
    gone: bool = False
    """Whether the flow it begins with is not there any more."""


def replay(
    kept: Mapping[str, Sequence[Account]], book: FlowBook, wording: Wording
) -> Iterator[Replayed]:
    """Tell every conversation of every call again on *book*."""
    for call, accounts in kept.items():
        for account in accounts:
            if account.flow not in book.flows:
                yield Replayed(call, account.flow, None, gone=True)
                continue
            found = difference(account, retell(account, book, wording))
            yield Replayed(call, account.flow, found)


def scenario_of(call: str, account: Account, line: PaperLine) -> Scenario:
    """Make a scenario of a conversation, with what *line* says in it now."""
    plain = Scenario(
        title=f"As in call {call}",
        flow=account.flow,
        known={name: written(value) for name, value in account.known.items()},
        steps=tuple(_steps(account)),
        ends=Ends.ANY,
    )
    return with_hearing(plain, line)


def _steps(account: Account) -> Iterator[Step]:
    acts = [act for act in account.acts if act.doing is not Doing.OPERATED]
    answers = [act for act in account.acts if act.doing is Doing.OPERATED]
    before: Act | None = None
    for at, act in enumerate(acts):
        after = acts[at + 1].step if at + 1 < len(acts) else len(account.path) + 1
        if at == 0:
            yield from _answers([one for one in answers if one.step < act.step])
        yield from _answers([one for one in answers if act.step <= one.step <= after])
        if not (act.doing is Doing.SILENT and before is not None and _waited(before, act)):
            yield from _step(act)
        before = act


def _waited(before: Act, act: Act) -> bool:
    """Whether *act* is the wait for a further key, which a scenario's keys include."""
    return before.doing is Doing.KEYED and before.step == act.step


def _step(act: Act) -> Iterator[Step]:
    match act.doing:
        case Doing.SAID if act.heard and act.heard[0].text:
            best = act.heard[0]
            yield Says(best.text, over=act.over, sure=round(best.confidence, 2))
        case Doing.SAID:
            yield Noise(COUGH)
        case Doing.KEYED:
            yield Keys(act.keys, over=act.over)
        case Doing.SILENT:
            yield Silence(LONG_SILENCE)
        case Doing.LEFT_MESSAGE:
            yield Silence(LONG_SILENCE) if act.outcome == EMPTY else Says(MESSAGE)
        case Doing.NOT_HEARD:
            yield Fault(Part.SPEECH, Health.DOWN)
        case _:
            pass  # hanging up is how it ends; the rest no scenario can make happen


def _answers(acts: Sequence[Act]) -> Iterator[Step]:
    found = {act.operation: _answer(act) for act in acts}
    if found:
        yield Answers(tuple(found.values()))


def _answer(act: Act) -> Answer:
    gives = {name: written(value) for name, value in act.values.items() if _decides(value)}
    return Answer(act.operation, act.outcome, gives)


def _decides(value: Value) -> bool:
    """Whether a guard may look at it; the rest is invented when the scenario is run."""
    return isinstance(value, bool) or (isinstance(value, str) and value.isalpha())
