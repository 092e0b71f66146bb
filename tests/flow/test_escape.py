from ivr.flow.compiler import compile_book
from ivr.flow.escape import escape_proof
from ivr.flow.machine import FlowBook
from ivr.flow.model import Branch, Flow, Say
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
    assert (row.turns, row.queue, str(row)) == (None, "", "no way to a person")
