"""
Performing scenarios as text, in virtual time.

`run_text` is the whole of it for others: a scenario and a line on paper give a `Run`, which
tells whether everything came true and which way the call took.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import assert_never

from ivr.caller.matching import words_of
from ivr.caller.performance import MAX_REPLIES, Entry
from ivr.caller.scenario import (
    Act,
    Answers,
    Circumstance,
    Ends,
    Fault,
    Health,
    Hears,
    Keys,
    Noise,
    Part,
    Says,
    Scenario,
    Silence,
    Slots,
    Step,
)
from ivr.dialog.actions import HandOff, HangUp
from ivr.dialog.dialog import Dialog
from ivr.dialog.turns import Answered
from ivr.flow.machine import FlowBook
from ivr.flow.model import Value
from ivr.flow.scene import wordings_of
from ivr.ports import OperationResult
from ivr.terminal import Late, Rehearsal, Senses, Spoken
from ivr.workbench.paper import PaperClinic, PaperLine, Way, value_of, written

Prompt = tuple[str, ...]
"""Which prompt: flow, state, key and, of a list, number, as `("main_menu", "menu", "help")`."""
Outcome = tuple[str, str, str]
"""How an operation came out: flow, state, outcome."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What did not come true."""

    line: int
    """Of the step in the scenario's file, or of `ends`; 0 when that is not written."""
    expected: str
    instead: str


@dataclass(frozen=True, slots=True)
class Run:
    """How a scenario went."""

    scenario: Scenario
    failure: Failure | None
    transcript: tuple[Entry, ...]
    """All that was said and done, up to the failure."""
    said: tuple[Spoken, ...]
    """Every prompt, in order."""
    path: tuple[str, ...]
    """Every state visited, as `flow.state`, in order."""
    transitions: tuple[Way, ...]
    """Every branch taken, in order."""
    prompts: frozenset[Prompt]
    """Every prompt of the flows that was said."""
    outcomes: frozenset[Outcome]
    """How operations came out, and where they were asked."""
    ending: HandOff | HangUp | None
    """How the line ended the call; None: it did not."""
    places: tuple[str, ...]
    """`flow.state` of each flow under way when the scenario was over, the outermost first."""
    known: Mapping[str, Value]
    """What the line knew then; of invented patients."""

    @property
    def passed(self) -> bool:
        """Whether everything came true."""
        return self.failure is None


Utter = Callable[[Rehearsal, Says | Noise], str]
"""Lets a caller be heard in a rehearsal; tells what was heard, `` where that is no question."""


def as_text(call: Rehearsal, step: Says | Noise) -> str:
    """Let the words themselves be heard; of noise and recordings nobody understands a word."""
    match step:
        case Says(text=text, sure=sure):
            call.say(text, confidence=sure)
        case Noise():
            call.say("")
        case _:
            assert_never(step)
    return ""


def run_text(scenario: Scenario, line: PaperLine, *, utter: Utter = as_text) -> Run:
    """
    Perform *scenario* on *line*.

    Args:
        scenario: One that is fit for the line's flows (`ivr.workbench.files`).
        line: The line on paper.
        utter: How the caller is heard.
    """
    line.book.begin(scenario.flow, scenario.state)
    slots = line.book.slots
    known = {name: value_of(slots[name], text) for name, text in scenario.known.items()}
    dialog = Dialog(
        line.book,
        line.wording,
        start=scenario.flow,
        today=line.today,
        values={name: value for name, value in known.items() if value is not None},
    )
    clinic = _Clinic(line.clinic(), dialog)
    caller = _Caller(scenario, dialog, clinic, utter)
    failure = caller.play()
    return Run(
        scenario,
        failure,
        tuple(caller.transcript),
        tuple(caller.call.spoken),
        dialog.path,
        tuple(line.book.taken),
        frozenset(p for spoken in caller.call.spoken for p in prompts_in(spoken, line.book)),
        frozenset(clinic.outcomes),
        caller.call.ending,
        dialog.view.places,
        dict(dialog.values),
    )


def prompts_in(spoken: Spoken, book: FlowBook) -> list[Prompt]:
    """Tell which prompts of the flow's author were *spoken*."""
    flow, _, state = spoken.place.partition(".")
    if flow not in book.flows:
        return []
    rest, found = spoken.template, []
    wordings = [w for w in wordings_of(book.flows[flow].states[state]) if w.spoken and w.template]
    for wording in sorted(wordings, key=lambda w: -len(w.template)):
        if wording.template in rest and not _other_miss(wording.path, spoken.after):
            found.append((flow, *wording.path[1:]))
            rest = rest.replace(wording.template, "", 1)
    return found


def _other_miss(path: tuple[str, ...], after: Answered | None) -> bool:
    """Whether the prompt at *path* is for silence but something was not understood, or so."""
    return ("no_input" in path and after is Answered.NOT_UNDERSTOOD) or (
        "no_match" in path and after is Answered.SILENCE
    )


class _Clinic:
    """Notes what is asked where, and how it comes out."""

    def __init__(self, clinic: PaperClinic, dialog: Dialog) -> None:
        self.paper = clinic
        self.outcomes: set[Outcome] = set()
        self._dialog = dialog

    def __call__(self, operation: str, arguments: Mapping[str, Value]) -> OperationResult | Late:
        answer = self.paper(operation, arguments)
        result = answer.result if isinstance(answer, Late) else answer
        view = self._dialog.view
        self.outcomes.add((view.flow, view.state, result.outcome))
        return answer


class _NotTrueError(Exception):
    """An expectation did not come true."""

    def __init__(self, line: int, expected: str, instead: str) -> None:
        self.failure = Failure(line, expected, instead)
        super().__init__(expected)


class _Caller:
    """The caller of one call."""

    def __init__(self, scenario: Scenario, dialog: Dialog, clinic: _Clinic, utter: Utter) -> None:
        self.transcript: list[Entry] = []
        self._scenario = scenario
        self._dialog = dialog
        self._clinic = clinic.paper
        self._utter = utter
        self._senses = Senses()
        self._steps = list(scenario.steps)
        while self._steps and isinstance(first := self._steps[0], Circumstance):
            self._happen(first)
            del self._steps[0]
        self.call = Rehearsal(dialog, clinic, senses=self._senses, impatient=True)
        self._told = 0  # prompts that stand in the transcript
        self._since = 0  # the first prompt after what the caller did last
        self._used = 0  # words of these that expectations have used up
        self._acted = 0.0
        self._tell()

    def play(self) -> Failure | None:
        """Do every step; tell the first that did not come true."""
        try:
            for step in self._steps:
                self._do(step)
            self._end()
        except _NotTrueError as failed:
            return failed.failure
        finally:
            self._tell()
        return None

    def _do(self, step: Step) -> None:
        match step:
            case Hears():
                self._hear(step)
            case Slots():
                self.call.hear_out()
                self._compare(step)
            case Answers() | Fault():
                self._happen(step)
            case _:
                self._act(step)

    # ------------------------------------------------------------ what the caller does

    def _act(self, step: Act) -> None:
        if not (isinstance(step, Says | Keys) and step.over):
            self.call.hear_out()
        self._tell()
        if self.call.ending is not None:
            if isinstance(step, Silence):
                return
            raise _NotTrueError(step.line, str(step), f"the call was over: {self._how_it_ended}")
        self._since, self._used = len(self.call.spoken), 0
        self._acted = self.call.now
        match step:
            case Says() | Noise():
                what = step.text or f"[{step.recording}]" if isinstance(step, Says) else "[noise]"
                self._note("caller", what)
                if heard := self._utter(self.call, step):
                    self._note("", f"the line heard: {heard}")
            case Keys(keys=keys):
                self._note("caller", f"[{keys}]")
                self.call.press(keys.replace(" ", ""))
            case Silence(seconds=seconds):
                self._note("", f"the caller is silent for {seconds:g} s")
                self.call.wait(at_most=seconds)
            case unknown:
                assert_never(unknown)

    # ------------------------------------------------------------ what must be true

    def _hear(self, step: Hears) -> None:
        replies = 0
        while not self._finds(step):
            if self.call.listen():
                self._tell()
                continue
            reply = self._reply_due() if replies < MAX_REPLIES else None
            if reply is None:
                raise _NotTrueError(step.line, str(step), self._heard)
            self._act(reply)
            replies += 1
        took = self.call.now - self._acted
        if took > step.within:
            late = f"it came after {took:g} s, not within {step.within:g} s"
            raise _NotTrueError(step.line, str(step), late)

    def _finds(self, step: Hears) -> bool:
        end = step.end_in(self._words)
        self._used += end or 0
        return end is not None

    @property
    def _words(self) -> tuple[str, ...]:
        said = " ".join(spoken.text for spoken in self.call.spoken[self._since :])
        return words_of(said)[self._used :]

    @property
    def _heard(self) -> str:
        rest = " ".join(self._words)
        ended = "" if self.call.ending is None else f"; then {self._how_it_ended}"
        return f"the line said: {rest or 'nothing more'}{ended}"

    def _reply_due(self) -> Says | None:
        for reply in self._scenario.replies:
            if self._finds(reply.asked):
                return reply.says
        return None

    def _compare(self, step: Slots) -> None:
        for slot, expected in step.values.items():
            value = self._dialog.values.get(slot)
            found = "" if value is None else written(value)
            if "".join(found.lower().split()) != "".join(expected.lower().split()):
                what = f"slots: {{{slot}: {expected or 'unset'}}}"
                raise _NotTrueError(step.line, what, f"{slot} is {found or 'not known'}")

    def _end(self) -> None:
        self.call.hear_out()
        match self._scenario.ends, self.call.ending:
            case (Ends.LINE, HangUp()) | (Ends.AGENT, HandOff()) | (Ends.CALLER, _):
                return
            case Ends.ANY, HandOff() | HangUp():
                return
            case ends, _:
                line, _ = self._scenario.marks.get(("ends",), (0, 0))
                raise _NotTrueError(line, f"ends: {ends.value}", self._how_it_ended)

    @property
    def _how_it_ended(self) -> str:
        match self.call.ending:
            case HandOff(queue=queue):
                return f"a person of {queue} is rung"
            case HangUp():
                return "the line hung up"
            case None:
                view = self._dialog.view
                return f"the call goes on, in {view.flow}.{view.state}"
            case unknown:
                assert_never(unknown)

    # ------------------------------------------------------------ what happens to the line

    def _happen(self, step: Circumstance) -> None:
        match step:
            case Answers(answers=answers):
                self._clinic.told |= {answer.operation: answer for answer in answers}
            case Fault(part=part, health=health):
                self._break(part, health)
            case unknown:
                assert_never(unknown)

    def _break(self, part: Part, health: Health) -> None:
        match part:
            case Part.CLINIC:
                self._clinic.health = health
            case Part.SPEECH:
                self._senses.deaf = health is Health.DOWN
            case Part.VOICE:
                self._senses.mute = health is Health.DOWN
            case unknown:
                assert_never(unknown)

    # ------------------------------------------------------------ the transcript

    def _tell(self) -> None:
        for spoken in self.call.spoken[self._told :]:
            self._note("line", spoken.text)
        self._told = len(self.call.spoken)

    def _note(self, who: str, what: str) -> None:
        self.transcript.append(Entry(self.call.now, who, what))
