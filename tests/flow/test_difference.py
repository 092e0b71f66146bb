"""Two versions are told apart in words."""

from ivr.flow.difference import differences
from ivr.flow.model import Flow
from ivr.flow.reader import read_draft

OLD = """\
flow: main
title: Main
queue: desk
start: menu
states:
  menu:
    prompt: Hours or a person?
    choices:
      hours: {key: "1", says: [hours], next: hours}
      person: {key: "2", says: [somebody], next: person}
  hours: {say: We are open., next: person}
  person: {handoff: desk}
"""


def flow(text: str) -> dict[str, Flow]:
    draft = read_draft(text, file="main.yaml")
    assert draft.flow is not None, draft.errors
    return {draft.flow.name: draft.flow}


def told(new: str) -> list[str]:
    return [str(change) for change in differences(flow(OLD), flow(new))]


def test_the_same_flows_differ_in_nothing() -> None:
    assert told(f"# a comment\n{OLD}") == []


def test_a_changed_prompt_is_shown_as_it_was_and_is() -> None:
    assert told(OLD.replace("Hours or a person?", "Yes?")) == [
        'main.menu: prompt has changed\n  was  "Hours or a person?"\n  now  "Yes?"'
    ]


def test_another_way_and_a_new_state_are_told() -> None:
    new = OLD.replace("We are open., next: person}", "We are open., next: bye}\n  bye: {end: Bye.}")
    assert told(new) == [
        "main.hours: next has changed\n  was  person\n  now  bye",
        'main.bye is new: end; prompt "Bye."',
    ]


def test_a_choice_that_is_gone_is_told_with_its_way() -> None:
    gone = '      hours: {key: "1", says: [hours], next: hours}\n'
    assert told(OLD.replace(gone, "")) == [
        'main.menu: choice hours is gone: key 1, "hours"',
        "main.menu: on hours is gone: hours",
    ]


def test_flows_come_and_go() -> None:
    other = flow(OLD.replace("flow: main", "flow: other"))
    assert [str(one) for one in differences(flow(OLD), other)] == [
        "other is new: Main, 3 states",
        "main is gone: Main, 3 states",
    ]
