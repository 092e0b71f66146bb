"""Any text gives a Flow or FlowErrors; what passes the checks never gets stuck."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.errors import FlowErrors
from ivr.flow.compiler import compile_book
from ivr.flow.machine import FlowBook, FlowMachine
from ivr.flow.model import Flow
from ivr.flow.reader import read_flow
from ivr.flow.tree import decode
from ivr.flow.ways import ways_of
from tests.flow.operations import OPERATIONS
from tests.flow.samples import BOOK, MENU, REFILL, VERIFY

PIECES = [
    *("*", "&a ", "!x ", "<<: ", "{", "}", "[", "]", '"', "'", "#", ": ", "- ", "\t", "\n", "  "),
    *("next", "on", "yes", "say: x", "ask: more", "when: ", "{drug}", "0", "99s", "\u0007", "…"),
]


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """Draw a good flow of which lines were lost, doubled, moved, or written over."""
    text = draw(st.sampled_from([MENU, REFILL, VERIFY]))
    for _ in range(draw(st.integers(1, 4))):
        lines = text.split("\n")
        at = draw(st.integers(0, len(lines) - 1))
        line = lines[at]
        match draw(st.sampled_from(["lose", "double", "move", "insert", "cut", "indent"])):
            case "lose":
                del lines[at]
            case "double":
                lines.insert(at, line)
            case "move":
                lines.insert(draw(st.integers(0, len(lines) - 1)), lines.pop(at))
            case "insert":
                column = draw(st.integers(0, len(line)))
                lines[at] = line[:column] + draw(st.sampled_from(PIECES)) + line[column:]
            case "cut":
                lines[at] = line[: draw(st.integers(0, len(line)))]
            case _:
                lines[at] = "  " + line
        text = "\n".join(lines)
    return text


def read(text: str) -> Flow | FlowErrors:
    try:
        return read_flow(text, file="any.yaml")
    except FlowErrors as errors:
        return errors


def compiled(texts: dict[str, str], *, start: str) -> FlowBook | FlowErrors:
    try:
        return compile_book(texts, OPERATIONS, start=start)
    except FlowErrors as errors:
        return errors


def assert_places(errors: FlowErrors, text: str) -> None:
    """Every mistake stands at a line of the text and says something."""
    assert errors.errors
    lines = text.count("\n") + text.count("\r") + 2
    for error in errors.errors:
        assert 1 <= error.line <= lines
        assert error.column >= 1
        assert error.message
        assert "\n" not in str(error)


@given(st.text(max_size=200) | st.text(alphabet="ab:-[]{}#&*!|>'\"%@\n\t ", max_size=60))
def test_any_text_gives_a_flow_or_flow_errors(text: str) -> None:
    result = read(text)
    if isinstance(result, FlowErrors):
        assert_places(result, text)


@given(st.binary(max_size=100))
def test_any_bytes_give_a_text_or_flow_errors(data: bytes) -> None:
    try:
        text = decode(data, file="any.yaml")
    except FlowErrors as errors:
        assert_places(errors, data.decode("latin-1"))
    else:
        assert data.endswith(text.encode())


@given(damaged())
def test_a_damaged_flow_gives_a_flow_or_flow_errors(text: str) -> None:
    result = read(text)
    if isinstance(result, FlowErrors):
        assert_places(result, text)
    else:
        assert result == read_flow(text, file="any.yaml")


@settings(max_examples=60)
@given(st.sampled_from(sorted(BOOK)), damaged())
def test_a_damaged_book_gives_a_book_or_flow_errors(file: str, text: str) -> None:
    result = compiled(BOOK | {file: text}, start="main_menu")
    if isinstance(result, FlowErrors):
        assert result.errors
    else:
        for flow in result.flows.values():
            assert_every_branch_leads_on(result.machine(flow.name))


def assert_every_branch_leads_on(machine: FlowMachine) -> None:
    for name, state in machine.flow.states.items():
        for outcome, branches in ways_of(state).items():
            cursor = machine.open()
            machine.go(cursor, name)
            assert machine.follow(cursor, outcome, {})
            assert machine.state(cursor).name in {branch.to for branch in branches}
            machine.close(cursor)
