"""What the page of rules does not show: mistakes together, and the analysis of paths."""

import pytest

from ivr.errors import FlowErrors
from ivr.flow.checks import check
from ivr.flow.compiler import compile_book
from ivr.flow.reader import read_flow
from tests.flow.operations import OPERATIONS
from tests.flow.samples import BOOK, MENU, REFILL, VERIFY

HEAD = "flow: example\ntitle: Example\nqueue: front_desk\nstart: first\n"


def mistakes(texts: dict[str, str], *, start: str = "main_menu") -> list[str]:
    """Render each mistake as file:line rule."""
    try:
        compile_book(texts, OPERATIONS, start=start)
    except FlowErrors as caught:
        return [f"{error.file}:{error.line} {error.rule}" for error in caught.errors]
    return []


def of_example(body: str) -> list[str]:
    return mistakes({"e.yaml": HEAD + body, "verify_identity.yaml": VERIFY}, start="example")


def test_a_good_book_has_no_mistakes() -> None:
    assert mistakes(BOOK) == []


def test_flows_can_be_checked_without_their_text() -> None:
    flows = [read_flow(text, file=file) for file, text in BOOK.items()]
    assert check(flows, OPERATIONS, start="main_menu") == ()
    assert [error.rule for error in check(flows, {}, start="main_menu")].count(
        "unknown-operation"
    ) == len([text for text in BOOK.values() if " do: " in text])


def test_mistakes_of_form_and_of_meaning_are_listed_together() -> None:
    text = """\
flow: example
title: Example
queue: front desk
start: frist
slots:
  size: {type: digits, lenght: 2}
  more: {type: yesno}
states:
  first:
    ask: sise
    prompt: Which size, {size}?
    attempts: many
    next: look_up
  look_up:
    do: hours.todai
    on: {told: sized, unavailabel: person}
  sized:
    prompt: Small or large?
    choices:
      small: {says: [small], key: 0, next: bye}
      large: {says: [small], next: bye}
    next: byee
  bye: {end: "Goodbye, {name}."}
  person: {handoff: front_desk}
  lost: {say: Hello?, next: bye}
"""
    assert mistakes({"e.yaml": text}, start="example") == [
        "e.yaml:3 bad-name",
        "e.yaml:4 unknown-state",
        "e.yaml:6 unknown-key",
        "e.yaml:7 unknown-slot-type",
        "e.yaml:10 unknown-slot",
        "e.yaml:11 maybe-unset",
        "e.yaml:12 bad-value",
        "e.yaml:15 unknown-operation",
        "e.yaml:20 key-reserved",
        "e.yaml:21 phrase-collides",
        "e.yaml:23 unknown-slot",
    ]


def test_mistakes_of_all_files_are_listed_together() -> None:
    texts = {
        "a.yaml": "flow: a",
        "b.yaml": "- b",
        "c.yaml": HEAD + "states: {first: {end: Bye., x: y}}",
    }
    assert {line.partition(":")[0] for line in mistakes(texts, start="example")} == set(texts)


def test_a_file_that_cannot_be_read_makes_no_other_flow_wrong() -> None:
    assert mistakes(BOOK | {"refill_status.yaml": "flow: [x"}) == ["refill_status.yaml:1 yaml"]


def test_a_misspelt_state_is_one_mistake() -> None:
    assert mistakes(
        BOOK | {"refill_status.yaml": REFILL.replace("next: look_up", "next: lookup")}
    ) == ["refill_status.yaml:23 unknown-state"]


def test_a_misspelt_outcome_is_one_mistake() -> None:
    assert mistakes(
        BOOK | {"refill_status.yaml": REFILL.replace("{ready: ready", "{raedy: ready")}
    ) == ["refill_status.yaml:28 unknown-outcome"]


def test_a_state_that_cannot_be_read_is_one_mistake() -> None:
    broken = MENU.replace("    do: hours.today\n", "    do_it: hours.today\n")
    assert mistakes(BOOK | {"main_menu.yaml": broken}) == ["main_menu.yaml:18 state-kind"]


def test_a_broken_state_hides_no_other_mistake() -> None:
    body = """\
slots: {more: {type: yes_no}}
states:
  first: {ask: more, prompt: "More {sugar}?", on: {yes: second}}
  second: {say: Hello., end: Goodbye., next: third}
  third: {say: "Size {more}.", next: forth}
  fourth: {say: Thank you., nxet: fifth}
  fifth: {end: Goodbye.}
  sixth: {end: So long.}
"""
    assert of_example(body) == [
        "e.yaml:7 unknown-slot",
        "e.yaml:7 unhandled-outcome",
        "e.yaml:8 state-kind",
        "e.yaml:9 unknown-state",
        "e.yaml:10 unknown-key",
        "e.yaml:12 unreachable-state",
    ]


def test_the_start_of_the_line_must_exist() -> None:
    assert mistakes(BOOK, start="main_manu") == ["flows.start:1 unknown-flow"]


def test_a_book_without_files_has_no_start() -> None:
    assert mistakes({}) == ["flows.start:1 unknown-flow"]


# ---------------------------------------------------------------- proof and knowledge


def test_proof_comes_through_a_called_flow() -> None:
    assert (
        of_example(
            "states:\n"
            "  first: {call: verify_identity, on: {verified: greet, failed: bye}}\n"
            '  greet: {say: "Hello {first_name}.", next: bye}\n'
            "  bye: {end: Goodbye.}\n"
        )
        == []
    )


def test_proof_does_not_come_through_the_wrong_outcome() -> None:
    assert of_example(
        "states:\n"
        "  first: {call: verify_identity, on: {verified: bye, failed: greet}}\n"
        '  greet: {say: "Hello {first_name}.", next: bye}\n'
        "  bye: {end: Goodbye.}\n"
    ) == ["e.yaml:7 maybe-unset", "e.yaml:7 speaks-private"]


@pytest.mark.parametrize(
    "on",
    ["{verified: verified, failed: back_door}", "{failed: back_door, verified: verified}"],
)
def test_a_flow_that_says_verified_without_proof_proves_nothing(on: str) -> None:
    verify = VERIFY.replace("{verified: verified, failed: failed}", on)
    body = (
        "states:\n"
        "  first: {call: verify_identity, on: {verified: greet, failed: bye}}\n"
        '  greet: {say: "Hello {first_name}.", next: bye}\n'
        "  bye: {end: Goodbye.}\n"
    )
    texts = {"e.yaml": HEAD + body, "v.yaml": verify + "  back_door: {return: verified}\n"}
    assert mistakes(texts, start="example") == ["e.yaml:7 maybe-unset", "e.yaml:7 speaks-private"]


def test_a_flow_for_agents_begins_with_nothing_known_whoever_else_calls_it() -> None:
    greeting = (
        "flow: greeting\ntitle: Greeting\nqueue: front_desk\nstart: greet\n{}states:\n"
        '  greet: {{say: "Hello {{first_name}}.", next: out}}\n'
        "  out: {{return: done}}\n"
    )
    body = (
        "states:\n"
        "  first: {call: verify_identity, on: {verified: greet, failed: bye}}\n"
        "  greet: {call: greeting, on: {done: bye}}\n"
        "  bye: {end: Goodbye.}\n"
    )
    texts = {"e.yaml": HEAD + body, "v.yaml": VERIFY, "g.yaml": greeting.format("")}
    assert mistakes(texts, start="example") == []
    texts["g.yaml"] = greeting.format("for_agents: Greet the caller\n")
    assert mistakes(texts, start="example") == ["g.yaml:7 maybe-unset", "g.yaml:7 speaks-private"]


def test_a_guard_on_the_patient_proves_only_its_own_branch() -> None:
    body = (
        "slots: {{rx_number: {{type: digits, phi: medical}}}}\n"
        "states:\n"
        "  first: {{ask: rx_number, prompt: Which?, next: way}}\n"
        "  way: {{next: [{{when: {guard}, to: tell}}, {{to: bye}}]}}\n"
        '  tell: {{say: "Number {{rx_number}}.", next: bye}}\n'
        "  bye: {{end: Goodbye.}}\n"
    )
    assert of_example(body.format(guard="patient")) == []
    assert of_example(body.format(guard="patient and rx_number")) == []
    assert of_example(body.format(guard="not patient")) == ["e.yaml:9 speaks-private"]
    assert of_example(body.format(guard="patient or rx_number")) == ["e.yaml:9 speaks-private"]


def test_the_plain_branch_knows_that_the_guards_before_it_failed() -> None:
    assert (
        of_example(
            "slots: {rx_number: {type: digits, phi: medical}}\n"
            "states:\n"
            "  first: {ask: rx_number, prompt: Which?, next: way}\n"
            "  way: {next: [{when: not patient, to: bye}, {to: tell}]}\n"
            '  tell: {say: "Number {rx_number}.", next: bye}\n'
            "  bye: {end: Goodbye.}\n"
        )
        == []
    )


def test_asking_for_the_patient_is_no_proof() -> None:
    assert of_example(
        "slots: {patient: {type: digits, phi: personal}}\n"
        "states:\n"
        "  first: {ask: patient, prompt: Which number?, next: bye}\n"
        "  bye: {end: Goodbye.}\n"
    ) == ["e.yaml:7 unaskable-slot"]


def test_a_slot_must_be_set_on_every_path() -> None:
    assert of_example(
        "slots: {size: {type: digits}, more: {type: yes_no}}\n"
        "states:\n"
        "  first: {ask: more, prompt: More?, on: {yes: which, no: tell}}\n"
        "  which: {ask: size, prompt: Which size?, next: tell}\n"
        '  tell: {end: "Size {size}."}\n'
    ) == ["e.yaml:9 maybe-unset"]


def test_a_loop_back_does_not_unset_a_slot() -> None:
    assert (
        of_example(
            "slots: {size: {type: digits}, more: {type: yes_no}}\n"
            "states:\n"
            "  first: {ask: size, prompt: Which size?, next: tell}\n"
            '  tell: {say: "Size {size}.", next: more}\n'
            "  more: {ask: more, prompt: More?, on: {yes: first, no: bye}}\n"
            '  bye: {end: "Size {size}."}\n'
        )
        == []
    )


def test_an_outcome_that_fills_nothing_sets_nothing() -> None:
    text = REFILL.replace("not_found: person}", "not_found: in_progress}")
    assert mistakes(BOOK | {"refill_status.yaml": text}) == ["refill_status.yaml:33 maybe-unset"]


def test_an_operation_that_is_down_sets_nothing() -> None:
    text = MENU.replace("unavailable: message}", "unavailable: hours}")
    text = text[: text.index("  message:")] + text[text.index("  bye:") : text.index("  person:")]
    assert "main_menu.yaml:22 maybe-unset" in mistakes(BOOK | {"main_menu.yaml": text})


def test_what_an_operation_needs_must_be_set() -> None:
    text = REFILL.replace("    ask: rx_number\n", "    ask: more\n")
    assert "refill_status.yaml:26 maybe-unset" in mistakes(BOOK | {"refill_status.yaml": text})


def test_a_flow_knows_only_what_all_its_callers_know() -> None:
    menu = (
        "flow: main_menu\ntitle: Menu\nqueue: q\nstart: first\n"
        "slots: {size: {type: digits}, more: {type: yes_no}}\n"
        "states:\n"
        "  first: {ask: more, prompt: More?, on: {yes: which, no: plain}}\n"
        "  which: {ask: size, prompt: Which size?, next: sized}\n"
        "  sized: {call: tell}\n"
        "  plain: {call: tell}\n"
    )
    tell = 'flow: tell\ntitle: Tell\nqueue: q\nstart: a\nstates: {a: {end: "Size {size}."}}\n'
    assert mistakes({"m.yaml": menu, "t.yaml": tell}) == ["t.yaml:5 maybe-unset"]
    both = menu.replace("no: plain", "no: which").replace("  plain: {call: tell}\n", "")
    assert mistakes({"m.yaml": both, "t.yaml": tell}) == []


# ---------------------------------------------------------------- loops


def test_a_loop_through_a_flow_that_never_listens_is_found() -> None:
    menu = (
        "flow: main_menu\ntitle: Menu\nqueue: q\nstart: first\n"
        "states: {first: {call: tell, on: {told: first, over: bye}}, bye: {end: Bye.}}\n"
    )
    tell = (
        "flow: tell\ntitle: Tell\nqueue: q\nstart: a\n"
        "slots: {more: {type: yes_no}}\n"
        "states:\n"
        "  a: {do: hours.today, on: {told: b, unavailable: c}}\n"
        "  b: {return: told}\n"
        "  c: {ask: more, prompt: More?, next: d}\n"
        "  d: {return: over}\n"
    )
    assert mistakes({"m.yaml": menu, "t.yaml": tell}) == ["m.yaml:5 loops-without-listening"]
    swapped = tell.replace("return: told", "return: x").replace("return: over", "return: told")
    assert mistakes({"m.yaml": menu, "t.yaml": swapped.replace("return: x", "return: over")}) == []


def test_flows_that_call_each_other_are_one_ring() -> None:
    flow = "flow: {0}\ntitle: T\nqueue: q\nstart: a\nstates: {{a: {{call: {1}}}}}\n"
    texts = {f"{name}.yaml": flow.format(name, to) for name, to in ("ab", "bc", "ca")}
    assert [line for line in mistakes(texts, start="a") if "recursive" in line] == [
        "a.yaml:5 recursive-call"
    ]


def test_calls_may_be_sixteen_flows_deep_and_no_deeper() -> None:
    head = "flow: f{0}\ntitle: T\nqueue: q\nstart: a\n"
    texts = {
        f"{n:02}.yaml": f"{head}states: {{{{a: {{{{call: f{{1}}}}}}}}}}\n".format(n, n + 1)
        for n in range(15)
    }
    last = "states: {a: {end: Bye.}}\n"
    assert mistakes({**texts, "15.yaml": head.format(15) + last}, start="f0") == []
    deeper = texts["14.yaml"].replace("f14", "f15").replace("call: f15", "call: f16")
    texts |= {"15.yaml": deeper, "16.yaml": head.format(16) + last}
    assert mistakes(texts, start="f0") == ["00.yaml:1 too-deep"]


def test_a_loop_that_never_listens_is_no_dead_end_as_well() -> None:
    assert of_example("states: {first: {next: second}, second: {next: first}}") == [
        "e.yaml:5 loops-without-listening"
    ]


# ---------------------------------------------------------------- answers


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("{yes: bye, no: bye}", []),
        ("{yes: bye, no: bye, gave_up: bye}", []),
        ("{yes: bye}", ["e.yaml:7 unhandled-outcome"]),
        ("{yess: bye, no: bye}", ["e.yaml:7 unknown-outcome"]),
        ("{maybe: bye}", ["e.yaml:7 missing-next", "e.yaml:7 unknown-outcome"]),
    ],
)
def test_every_answer_of_a_question_leads_on(on: str, expected: list[str]) -> None:
    body = (
        "slots: {more: {type: yes_no}}\nstates:\n"
        f"  first: {{ask: more, prompt: More?, on: {on}}}\n  bye: {{end: Bye.}}\n"
    )
    assert [line for line in of_example(body) if "unreachable" not in line] == expected


def test_a_guard_may_say_true_for_yes() -> None:
    body = (
        "slots: {more: {type: yes_no}}\nstates:\n  bye: {end: Bye.}\n"
        "  first: {ask: more, prompt: More?, next: way}\n"
        "  way: {next: [{when: more == true, to: first}, {to: bye}]}\n"
    )
    assert of_example(body) == []


@pytest.mark.parametrize("queue", ["", "queue:\n"])
def test_a_flow_without_a_queue_is_refused(queue: str) -> None:
    text = f"flow: example\ntitle: Example\n{queue}start: first\nstates: {{first: {{end: Bye.}}}}\n"
    assert [line.partition(" ")[2] for line in mistakes({"e.yaml": text}, start="example")] == [
        "missing-key"
    ]
