"""What scenarios reach, and scenarios for what they do not."""

import pytest

from ivr.caller.scenario import Hears, Scenario, read_scenario
from ivr.workbench.coverage import Tally, coverage, in_all
from ivr.workbench.exploring import described, explore, reached_by, skeletons
from ivr.workbench.generated import generated
from ivr.workbench.paper import Way
from ivr.workbench.suite import run_text
from ivr.workbench.writing import with_hearing, write_scenario
from tests.flows.shipped import book, on_paper
from tests.workbench.small import MENU, performed, small_line

REFILL = "steps:\n- keys: '1'\n- keys: '4821507'\n"


def test_what_a_scenario_reaches_is_counted_by_kind() -> None:
    line = small_line()
    (found,) = coverage(line.book, [performed(REFILL, line)])
    assert {kind: str(tally) for kind, tally in found.tallies.items()} == {
        "states": "6 of 9",
        "transitions": "5 of 12",
        "prompts": "5 of 12",
        "outcomes": "1 of 3",
    }
    assert found.states["note"] is False
    assert found.transitions[Way("main_menu", "look_up", "recorded", 1, "told")]
    assert not found.transitions[Way("main_menu", "look_up", "recorded", 0, "first")]


def test_generated_scenarios_count_for_prompts_alone() -> None:
    line = small_line()
    universal = [run_text(scenario, line) for scenario in generated(line.book)]
    (found,) = coverage(line.book, [], universal=universal)
    assert found.tallies["states"].reached == 0
    assert found.tallies["transitions"].reached == 0
    assert found.prompts["main_menu", "menu", "no_input", "0"]


def test_a_failed_scenario_counts_as_far_as_it_came() -> None:
    line = small_line()
    run = performed("steps:\n- says: refill\n- hears: something else\n", line)
    (found,) = coverage(line.book, [run])
    assert (found.states["ask_number"], found.states["look_up"]) == (True, False)


def test_shares_are_of_all_flows_together_and_nothing_is_all_of_nothing() -> None:
    found = coverage(book(), [])
    assert in_all(found, "states").percent == 0
    assert in_all(found, "states").total == sum(len(flow.states) for flow in book().flows.values())
    assert Tally(0, 0).percent == 100


def test_a_call_is_found_to_everything_that_can_be_reached() -> None:
    line = small_line()
    (flow,) = line.book.flows.values()
    (nothing,) = coverage(line.book, [])
    found = explore(flow, line, nothing.missing)
    assert set(found) == set(nothing.missing)
    for goal, scenario in found.items():
        assert goal in reached_by(run_text(scenario, line))


def test_a_call_to_what_cannot_be_reached_is_not_found() -> None:
    line = small_line(MENU.replace("when: vip", "when: vip and born == 1900-01-01"))
    (flow,) = line.book.flows.values()
    never = Way("main_menu", "look_up", "recorded", 0, "first")
    assert skeletons(flow, line, [never, "main_menu.bye"])[0].reaches == ("main_menu.bye",)
    assert explore(flow, line, [never]) == {}


@pytest.mark.parametrize("flow", book().flows)
def test_skeletons_cover_a_whole_flow_and_come_true_as_they_are_pasted(flow: str) -> None:
    line = on_paper()
    nothing = next(found for found in coverage(line.book, []) if found.flow == flow)
    made = skeletons(line.book.flows[flow], line, nothing.missing)
    assert {goal for skeleton in made for goal in skeleton.reaches} == set(nothing.missing)
    for skeleton in made:
        pasted = read_scenario(write_scenario(with_hearing(skeleton.scenario, line)), file="x.call")
        run = run_text(pasted, line)
        assert run.failure is None
        assert set(skeleton.reaches) <= reached_by(run)


def test_a_skeleton_expects_no_words_that_are_another_patients_or_another_days() -> None:
    line = small_line()
    told = with_hearing(Scenario("t", (), flow="main_menu", state="told"), line)
    assert told.steps == (Hears("is noted"), Hears("Goodbye"))


@pytest.mark.parametrize(
    ("goal", "words"),
    [
        ("menu.start", "state menu.start"),
        (Way("f", "s", "next", 0, "t"), "f.s: next -> t"),
        (("f", "s", "no_input", "0"), "f.s: no_input 0"),
    ],
)
def test_what_is_missing_is_named(goal: str | Way | tuple[str, ...], words: str) -> None:
    assert described(goal) == words
