import pytest

from ivr.errors import FlowErrors, MisuseError
from ivr.flow.compiler import compile_book
from ivr.flow.machine import FlowBook, FlowMachine
from ivr.flow.model import Branch, End, Flow, Say
from ivr.flow.reader import read_flow
from tests.flow.operations import OPERATIONS
from tests.flow.samples import BOOK, REFILL


@pytest.fixture(scope="module")
def machine() -> FlowMachine:
    return FlowMachine(read_flow(REFILL, file="refill_status.yaml"))


def test_a_cursor_opens_on_the_start(machine: FlowMachine) -> None:
    assert machine.state(machine.open()).name == "known"


def test_an_outcome_is_followed(machine: FlowMachine) -> None:
    cursor = machine.open()
    machine.go(cursor, "look_up")
    assert machine.follow(cursor, "ready", {})
    assert machine.state(cursor).name == "ready"


def test_the_first_branch_whose_guard_holds_is_taken(machine: FlowMachine) -> None:
    cursor = machine.open()
    assert machine.follow(cursor, "next", {"patient": "p-1"})
    assert machine.state(cursor).name == "ask_number"


def test_the_plain_branch_is_taken_when_no_guard_holds(machine: FlowMachine) -> None:
    cursor = machine.open()
    assert machine.follow(cursor, "next", {})
    assert machine.state(cursor).name == "verify"


def test_an_outcome_without_a_branch_stays_where_it_is(machine: FlowMachine) -> None:
    cursor = machine.open()
    machine.go(cursor, "look_up")
    assert not machine.follow(cursor, "unavailable", {})
    assert machine.state(cursor).name == "look_up"


def test_a_state_that_ends_the_flow_leads_nowhere(machine: FlowMachine) -> None:
    cursor = machine.open()
    machine.go(cursor, "bye")
    assert not machine.follow(cursor, "next", {})


def test_two_calls_do_not_meet(machine: FlowMachine) -> None:
    one, other = machine.open(), machine.open()
    machine.go(one, "ready")
    assert machine.state(other).name == "known"


def test_a_closed_cursor_is_not_used_again(machine: FlowMachine) -> None:
    cursor = machine.open()
    machine.close(cursor)
    machine.close(cursor)
    with pytest.raises(MisuseError):
        machine.follow(cursor, "next", {})


def test_going_to_a_state_of_another_flow_is_misuse(machine: FlowMachine) -> None:
    with pytest.raises(MisuseError):
        machine.go(machine.open(), "welcome")


def test_an_edge_to_no_state_is_refused_before_it_fires() -> None:
    flow = Flow(
        name="broken",
        title="Broken",
        queue="front_desk",
        start="first",
        states={"first": Say("first", prompt="Hi.", on={"next": (Branch("nowhere", line=7),)})},
        file="broken.yaml",
    )
    with pytest.raises(FlowErrors) as caught:
        FlowMachine(flow)
    assert [(error.rule, error.line) for error in caught.value.errors] == [("unknown-state", 7)]


def test_a_start_that_is_no_state_is_refused() -> None:
    flow = Flow(name="broken", title="Broken", queue="q", start="first", states={})
    with pytest.raises(FlowErrors):
        FlowMachine(flow)


@pytest.mark.parametrize(
    "name", ["state", "trigger", "model", "initial", "to_end", "is_first", "on_enter_end", "close"]
)
def test_names_that_look_like_attributes_are_harmless(name: str) -> None:
    way = {name: (Branch(name),), "next": (Branch("end"),)}
    flow = Flow(
        name="names",
        title="Names",
        queue="q",
        start="first",
        states={
            "first": Say("first", prompt="", on=way),
            name: Say(name, prompt="", on=way),
            "end": End("end"),
        },
    )
    machine = FlowMachine(flow)
    cursor = machine.open()
    assert machine.follow(cursor, name, {})
    assert machine.follow(cursor, "next", {})
    assert machine.state(cursor) == End("end")
    assert [part for part in dir(cursor) if not part.startswith("__")] == ["state"]


def test_a_book_knows_its_flows_and_its_version() -> None:
    book = compile_book(BOOK, OPERATIONS, start="main_menu")
    assert set(book.flows) == {"main_menu", "refill_status", "verify_identity"}
    assert book.machine("main_menu").flow is book.flows["main_menu"]
    changed = BOOK | {"main_menu.yaml": BOOK["main_menu.yaml"] + "# changed\n"}
    assert compile_book(changed, OPERATIONS, start="main_menu").version != book.version
    assert compile_book(BOOK, OPERATIONS, start="main_menu").version == book.version


def test_every_flow_of_a_book_knows_how_private_each_slot_is() -> None:
    book = compile_book(BOOK, OPERATIONS, start="main_menu")
    assert book.flows["main_menu"].slots["drug"].sensitive
    assert book.slots is book.flows["verify_identity"].slots


def test_a_flow_that_is_not_in_the_book_is_misuse() -> None:
    with pytest.raises(MisuseError):
        FlowBook({}, version="", start="").machine("main_menu")
