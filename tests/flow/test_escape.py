from ivr.flow.compiler import compile_book
from ivr.flow.escape import Pace, escape_proof
from ivr.flow.machine import FlowBook
from ivr.flow.model import Ask, Branch, Do, Flow, Handoff, Question, Say
from tests.flow.operations import OPERATIONS
from tests.flow.samples import BOOK


def ways() -> dict[str, tuple[int | None, str]]:
    book = compile_book(BOOK, OPERATIONS, start="main_menu")
    return {row.way[0]: (row.turns, str(row)) for row in escape_proof(book)}


def test_every_state_of_every_flow_has_a_way() -> None:
    book = compile_book(BOOK, OPERATIONS, start="main_menu")
    states = [f"{flow.name}.{name}" for flow in book.flows.values() for name in flow.states]
    assert [row.way[0] for row in escape_proof(book)] == states
    assert all(row.turns is not None for row in escape_proof(book))


def test_a_handoff_needs_no_word_of_the_caller() -> None:
    assert ways()["refill_status.person"] == (0, "pharmacy")


def test_a_question_is_one_word_away() -> None:
    assert ways()["main_menu.menu"] == (1, '"operator" or 0, then front_desk')


def test_a_state_that_does_not_listen_leads_to_one_that_does() -> None:
    assert ways()["main_menu.welcome"] == (1, 'menu > "operator" or 0, then front_desk')


def test_the_way_leads_through_a_called_flow() -> None:
    assert ways()["refill_status.verify"] == (
        1,
        'verify_identity.ask_birth > "operator" or 0, then front_desk',
    )


def test_the_way_leads_back_to_the_flow_that_called() -> None:
    assert ways()["verify_identity.failed"] == (0, "refill_status.person > pharmacy")


def test_a_loop_that_never_listens_has_no_way() -> None:
    ring = Say("ring", prompt="", on={"next": (Branch("ring"),)})
    flow = Flow(name="f", title="F", queue="q", start="ring", states={"ring": ring})
    (row,) = escape_proof(FlowBook({"f": flow}, version="", start="f"))
    assert (row.turns, row.seconds, row.queue, str(row)) == (None, None, "", "no way to a person")
    assert not row.holds


def seconds(pace: Pace | None = None) -> dict[str, float | None]:
    book = compile_book(BOOK, OPERATIONS, start="main_menu")
    return {row.way[0]: row.seconds for row in escape_proof(book, pace)}


def test_the_seconds_are_those_of_all_prompts_on_the_way_and_one_word() -> None:
    pace = Pace(words_a_minute=60, word=2.0)  # four words of the welcome, seven of the menu
    assert seconds(pace)["main_menu.welcome"] == 4 + 7 + 2


def test_an_operation_takes_all_the_time_it_may() -> None:
    assert seconds(Pace(words_a_minute=60, operation=30.0))["main_menu.look_up_hours"] == 30 + 4 + 1


def test_of_two_ways_the_quicker_is_taken() -> None:
    quick = Handoff("quick", queue="q", prompt="Now.")
    slow = Ask("slow", Question(prompt="a " * 60), on={"next": (Branch("quick"),)})
    first = Do("first", "x", {}, on={"one": (Branch("slow"),), "two": (Branch("quick"),)})
    states = {state.name: state for state in (first, slow, quick)}
    flow = Flow(name="f", title="F", queue="q", start="first", states=states)
    row, *_ = escape_proof(FlowBook({"f": flow}, version="", start="f"))
    assert (row.way, row.turns) == (("f.first", "f.quick"), 0)
