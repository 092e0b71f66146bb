"""Flows with short prompts for the prepared bad calls: one that is good, and ones that are not."""

from itertools import pairwise
from pathlib import Path

from tests.support.need import ROOT

_QUESTION = """\
  {name}:
    prompt: {prompt}
    help: Press one or two.
    choices:
      refill: {{key: "1", says: [refill, my refill, prescription refill], next: {next}}}
      insurance: {{key: "2", says: [insurance, my insurance, coverage], next: done}}
"""
_END = """\
  done:
    end: Thank you.
"""
_PROMPT = "Refill, or insurance?"
GOOD, CIRCLE, COLOUR = "three_questions", "in_a_circle", "colour"


def write_flows(folder: Path) -> None:
    """Write them beside the shipped ones, some of which every line needs."""
    folder.mkdir()
    for file in (ROOT / "flows").glob("*.yaml"):
        (folder / file.name).write_bytes(file.read_bytes())
    _write(folder, GOOD, _chain("first", "second", "third", "done") + _END)
    _write(folder, CIRCLE, _chain("this_way", "that_way", "this_way") + _END)
    colour = _QUESTION.format(name="ask", prompt="Which colour is your pill?", next="done")
    _write(folder, COLOUR, colour + _END)


def _chain(*names: str) -> str:
    return "".join(_QUESTION.format(name=a, prompt=_PROMPT, next=b) for a, b in pairwise(names))


def _write(folder: Path, name: str, states: str) -> None:
    start = states.split(":", 1)[0].strip()
    head = f"flow: {name}\ntitle: {name.replace('_', ' ')}\nqueue: front_desk\nstart: {start}\n"
    (folder / f"{name}.yaml").write_text(f"{head}\nstates:\n{states}", encoding="utf-8")
