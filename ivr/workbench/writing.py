"""Writing a scenario down, as a person would."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import assert_never

from ivr.caller.matching import words_of
from ivr.caller.scenario import (
    Act,
    Answer,
    Answers,
    Ends,
    Fault,
    Hears,
    Keys,
    Noise,
    Says,
    Scenario,
    Silence,
    Slots,
    Step,
)
from ivr.dialog.actions import HandOff, HangUp
from ivr.terminal import Spoken
from ivr.workbench.paper import PaperLine
from ivr.workbench.suite import Run, run_text

MOST_WORDS = 8  # of a prompt in an expectation; a changed end does not break the scenario

_PLAIN = re.compile(r"[A-Za-z](?:[\w ',.?!-]*[\w'.?!])?\Z", re.ASCII)
_TRUTHS = frozenset({"yes", "no", "true", "false", "on", "off", "null", "unset"})
_SLOT_OR_END = re.compile(r"\{[^{}]*\}|[.?!]\s+|[.?!]\Z")


def write_scenario(scenario: Scenario) -> str:
    """Write *scenario* as a `*.call` file; reading that gives the same, but for places."""
    lines = [f"title: {_text(scenario.title)}", f"flow: {scenario.flow}"]
    if scenario.state:
        lines.append(f"state: {scenario.state}")
    if scenario.known:
        lines.append(f"known: {_mapping(scenario.known)}")
    lines += ["steps:", *(f"  - {_step(step)}" for step in scenario.steps)]
    return "\n".join((*lines, f"ends: {scenario.ends.value}", ""))


def with_hearing(scenario: Scenario, line: PaperLine) -> Scenario:
    """Add to *scenario* what the line says before each act, and how the call ends."""
    steps: list[Step] = []
    said = 0
    for at, step in enumerate(scenario.steps):
        if isinstance(step, Act):
            run = run_text(replace(scenario, steps=scenario.steps[:at]), line)
            steps += _expected(run.said[said:])
            said = len(run.said)
        steps.append(step)
    run = run_text(scenario, line)
    return replace(scenario, steps=(*steps, *_expected(run.said[said:])), ends=_end(run))


def _expected(said: tuple[Spoken, ...]) -> list[Hears]:
    """Expect of each prompt some words that are the same on every day, for every patient."""
    found = []
    for spoken in said:
        pieces = (" ".join(piece.split()) for piece in _SLOT_OR_END.split(spoken.template))
        best = max(pieces, key=lambda piece: min(len(words_of(piece)), MOST_WORDS))
        words = " ".join(best.strip(",").split()[:MOST_WORDS]).rstrip(",")
        if words_of(words):
            found.append(Hears(words))
    return found


def _end(run: Run) -> Ends:
    match run.ending:
        case HandOff():
            return Ends.AGENT
        case HangUp():
            return Ends.LINE
        case None:
            return Ends.CALLER
        case unknown:
            assert_never(unknown)


# ---------------------------------------------------------------- steps


def _step(step: Step) -> str:
    match step:
        case Hears(text=text, pattern=pattern):
            return f"hears: {_text(text)}" if text else f"hears: {{regex: {json.dumps(pattern)}}}"
        case Says():
            return f"says: {_says(step)}"
        case Keys(keys=keys, over=over):
            return f'keys: {{press: "{keys}", over: true}}' if over else f'keys: "{keys}"'
        case Slots(values=values):
            return f"slots: {_mapping(values)}"
        case Answers(answers=answers):
            return f"answers: {{{', '.join(map(_answer, answers))}}}"
        case Silence() | Noise() | Fault():
            return str(step)
        case _:
            assert_never(step)


def _says(step: Says) -> str:
    details = [f"recording: {_text(step.recording)}" if step.recording else ""]
    details += [f"text: {_text(step.text)}" if step.text else ""]
    details += ["over: true" if step.over else "", f"sure: {step.sure}" if step.sure < 1 else ""]
    written = [detail for detail in details if detail]
    if len(written) == 1 and step.text:
        return _text(step.text)
    return f"{{{', '.join(written)}}}"


def _answer(answer: Answer) -> str:
    if not answer.gives and not answer.after:
        return f"{answer.operation}: {answer.outcome}"
    details = [f"outcome: {answer.outcome}"]
    details += [f"gives: {_mapping(answer.gives)}"] if answer.gives else []
    details += [f"after: {answer.after:g}"] if answer.after else []
    return f"{answer.operation}: {{{', '.join(details)}}}"


def _mapping(values: Mapping[str, str]) -> str:
    written = (f"{name}: {_quoted(value or 'unset')}" for name, value in values.items())
    return f"{{{', '.join(written)}}}"


def _quoted(text: str) -> str:
    plain = re.fullmatch(r"[a-z_]+", text) and (text == "unset" or text not in _TRUTHS)
    return text if plain else _json(text)


def _text(text: str) -> str:
    plain = _PLAIN.match(text) and text.lower() not in _TRUTHS
    return text if plain else _json(text)


def _json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
