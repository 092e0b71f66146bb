"""The question at the end: off as shipped, on by the three lines that wait in the main menu."""

from ivr.caller.scenario import read_scenario
from ivr.flow.machine import FlowBook
from ivr.flow.model import Call
from ivr.loading import load_practice, practice_of
from ivr.workbench.paper import PaperLine
from ivr.workbench.suite import run_text
from tests.flows.shipped import SETTINGS, book, today, wording

WAITING = """\
  # survey:
  #   call: survey
  #   on: {done: goodbye}
"""
FINISHED = "that is all, goodbye], next: goodbye}"


def asking() -> FlowBook:
    """The shipped flows, changed as the comment in the main menu says."""
    files = dict(load_practice(SETTINGS).files)
    menu = files["main_menu.yaml"]
    assert WAITING in menu
    assert FINISHED in menu
    menu = menu.replace(WAITING, WAITING.replace("# ", ""))
    files["main_menu.yaml"] = menu.replace(FINISHED, FINISHED.replace("goodbye}", "survey}"))
    return practice_of(files, name="flows", start="main_menu").book


def served_call(rest: str) -> str:
    return (
        "title: The last question\nflow: main_menu\nstate: anything_else\n"
        "steps:\n  - hears: anything else\n"
        f"  - keys: '2'\n{rest}ends: line\n"
    )


def test_as_shipped_nobody_is_asked() -> None:
    calls = [s for flow in book().flows.values() for s in flow.states.values() if type(s) is Call]
    assert "survey" not in {call.flow for call in calls}


def test_three_lines_of_the_main_menu_let_callers_be_asked() -> None:
    line = PaperLine(asking(), wording(), today=today())
    asked = "  - hears: how well did we help you\n"
    for rest in (
        f"{asked}  - keys: '5'\n  - hears: Thank you for telling us\n  - hears: Goodbye\n",
        f"{asked}  - says: four\n  - hears: Thank you for telling us\n  - hears: Goodbye\n",
        f"{asked}  - silence: 8\n  - hears: Goodbye\n",
        f"{asked}  - says: purple\n  - hears: Goodbye\n",
    ):
        scenario = read_scenario(served_call(rest), file="survey.call")
        assert run_text(scenario, line).failure is None
    line.close()
