"""Running a scenario as text, in virtual time, without a telephone."""

from typing import assert_never

from ivr.caller.matching import words_of
from ivr.caller.scenario import Ends, Hears, Keys, Says, Scenario, Silence
from ivr.dialog.actions import HandOff, HangUp
from ivr.terminal import Rehearsal


def rehearse(scenario: Scenario, call: Rehearsal) -> str:
    """
    Perform *scenario* on *call*.

    Returns:
        What did not come true, with its line in the file; empty when everything did.
    """
    heard = _Heard(call)
    for step in scenario.steps:
        match step:
            case Hears():
                if not heard.finds(step):
                    return f"{scenario.file}:{step.line}: {step}; the line said {heard.rest}"
            case Says(text=text):
                call.say(text)
            case Keys(keys=keys):
                call.press(keys.replace(" ", ""))
            case Silence(seconds=seconds):
                call.wait(at_most=seconds)
            case _:
                assert_never(step)
    return _ending(scenario, call)


class _Heard:
    """What the line said and no expectation has used up."""

    def __init__(self, call: Rehearsal) -> None:
        self._call = call
        self._used = 0

    @property
    def _words(self) -> tuple[str, ...]:
        return words_of(" ".join(self._call.said))[self._used :]

    @property
    def rest(self) -> str:
        """The words that are left, for a message to the designer."""
        return repr(" ".join(self._words))

    def finds(self, step: Hears) -> bool:
        """Whether *step* comes true; its words and those before them are used up then."""
        end = step.end_in(self._words)
        self._used += end or 0
        return end is not None


def _ending(scenario: Scenario, call: Rehearsal) -> str:
    match scenario.ends, call.ending:
        case (Ends.LINE, HangUp()) | (Ends.AGENT, HandOff()) | (Ends.CALLER, _):
            return ""
        case ends, ending:
            how = "goes on" if ending is None else type(ending).__name__
            return f"{scenario.file}: ends: {ends.value}; the call {how}"
