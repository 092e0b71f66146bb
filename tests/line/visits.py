"""
What a scenario is on a real call: where the caller acts, and which way the call takes.

It is read off the scenario's run as text, so a call must go exactly the way it was
rehearsed; that each sentence is said was compared there.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, assert_never

from ivr.caller.scenario import Act as Deed
from ivr.caller.scenario import Ends, Keys, Noise, Says, Scenario, Silence
from ivr.cli.try_ import Practice
from ivr.dialog.dialog import Dialog
from ivr.flow.model import Record
from ivr.story.calls import CallOutcome
from ivr.terminal import Rehearsal
from tests.flows.shipped import book, scenario, today, wording
from tests.speech.voices import on_the_phone, silence
from tests.support.line_process import LineProcess
from tests.support.phone import Phone
from tests.support.sound import level_of_tone
from tests.support.voice import Renderer
from tests.support.waiting import until

BEEP_HZ = 1000.0
BEEP_DBFS = -20.0
TAKES_A_MESSAGE = {
    f"{flow.name}.{state.name}"
    for flow in book().flows.values()
    for state in flow.states.values()
    if isinstance(state, Record)
}
MISHEARINGS = 2  # then the line asks for keys
READ_BACK = "Is that right"
KEYED = {
    "march third nineteen eighty two": "03031982",
    "two one two five five five zero one four two": "2125550142",
    "four eight two one five zero seven": "4821507",
}
"""What is hard to hear, so that the line may ask for it by keys; the rest it must understand."""


@dataclass(frozen=True, slots=True)
class Act:
    """What the caller does, and where."""

    state: str
    """`flow.state`."""
    step: Deed


@dataclass(frozen=True, slots=True)
class Visit:
    """A scenario, rehearsed."""

    scenario: Scenario
    acts: tuple[Act, ...]
    path: tuple[str, ...]
    outcome: CallOutcome


def rehearsed(file: Path, folder: Path) -> Visit:
    """Run the scenario of *file* as text, with the invented clinic in *folder*."""
    script = scenario(file)
    dialog = Dialog(book(), wording(), start=script.flow, today=today())
    call = Rehearsal(dialog, Practice(folder / "clinic.db"))
    acts: list[Act] = []
    for step in script.steps:
        if isinstance(step, Deed):
            acts.append(Act(f"{dialog.view.flow}.{dialog.view.state}", step))
        match step:
            case Keys(keys=keys):
                call.press(keys)
            case Says(text=text):
                call.say(text)
            case Silence(seconds=seconds):
                call.wait(at_most=seconds)
            case _:
                assert not isinstance(step, Noise)  # no shipped scenario needs one
    return Visit(script, tuple(acts), dialog.path, _outcome(script, dialog.path))


def _outcome(script: Scenario, path: tuple[str, ...]) -> CallOutcome:
    if script.ends is Ends.AGENT:
        return CallOutcome.HANDED_OFF
    match path[-1]:
        case "nobody_available.message_kept":
            return CallOutcome.MESSAGE
        case "nobody_available.number_kept" | "keep_my_place.number_kept":
            return CallOutcome.CALLBACK
        case _ if any(place.endswith(".done") for place in path):
            return CallOutcome.CONTAINED
        case _:
            return CallOutcome.ABANDONED


def perform(visit: Visit, phone: Phone, line: LineProcess, call: str, say: Renderer) -> None:
    """Do what the caller does, each where it was rehearsed; *call* is the call's id."""
    phone.hum(silence(1.0))
    for act in visit.acts:
        line.await_call(call=call, state=act.state)
        match act.step:
            case Keys(keys=keys):
                phone.press_all(keys)
            case Says(text=text) if act.state in TAKES_A_MESSAGE:
                until(lambda: _beeps(phone), within=30.0, every=0.02, what="the beep")
                phone.say(say(text))
            case Says(text=text):
                _say_until_understood(phone, line, call, text, say)
            case Silence() | Noise():
                pass
            case _:
                assert_never(act.step)


def _beeps(phone: Phone) -> bool:
    recent = b"".join(packet.pcm for packet in phone.packets[-10:])
    return level_of_tone(recent, BEEP_HZ) > BEEP_DBFS


def _say_until_understood(
    phone: Phone, line: LineProcess, call: str, text: str, say: Renderer
) -> None:
    """
    Say *text*, and yes to what is read back, until the call moves on.

    A caller who was not understood twice does what the line asks for then: press keys.
    """
    before = line.await_call(call=call)
    misheard = 0
    while True:
        phone.await_silence(of=1.0)
        said = "yes" if READ_BACK in before["prompt"] else text
        if said == text and misheard >= MISHEARINGS:
            assert text in KEYED, f"{text!r} was not understood in {before['state']}"
            phone.press_all(KEYED[text])
        else:
            phone.say(on_the_phone(say(said)))
            misheard += said == text
        now = _moved(line, call, before["turn"])
        if now["state"] != before["state"]:
            return
        before = now


def _moved(line: LineProcess, call: str, turn: int) -> dict[str, Any]:
    found: list[dict[str, Any]] = []

    def look() -> bool:
        found[:] = [c for c in line.calls if c["call"] == call and c["turn"] != turn]
        return bool(found)

    until(look, within=30.0, every=0.05, what="the next turn")
    return found[0]
