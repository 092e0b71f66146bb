import textwrap

from hypothesis import given
from hypothesis import strategies as st

from ivr.flow.diagram import Arrow, Diagram, Kind, diagram_of, in_words
from ivr.flow.model import Flow
from ivr.flow.overlay import Visit, coverage_of, traffic_of, walk_of
from ivr.flow.reader import read_draft
from ivr.flow.ways import targets_of
from tests.flow.random_flows import flows

TEXT = """\
    flow: refills
    title: Refills
    queue: pharmacy
    start: known
    slots:
      sure: {type: yes_no}
      rx_number: {type: digits, length: 7}
    states:
      known:
        next: [{when: patient, to: ask_sure}, {when: plan == hmo, to: greet}, {to: verify}]
      greet: {say: Hello., next: ask_sure}
      verify: {call: identity, on: {verified: ask_sure, failed: person}}
      ask_sure:
        ask: sure
        prompt: Are you sure?
        next: [{when: sure, to: ask_number}, {to: menu}]
      ask_number: {ask: rx_number, prompt: Which one?, next: look_up, on: {gave_up: person}}
      look_up: {do: refills.status, with: {a: "{b}"}, on: {ready: bye, not_found: person}}
      menu:
        prompt: Message or goodbye?
        choices:
          message: {says: [message], key: "1", next: message}
          good_bye: {says: [goodbye], next: bye}
        on: {gave_up: bye}
      message: {record: message, prompt: Speak., next: bye, on: {empty: done}}
      person: {handoff: pharmacy, say: One moment.}
      done: {return: done}
      bye: {end: Goodbye.}
"""


def flow() -> Flow:
    draft = read_draft(textwrap.dedent(TEXT), file="refills.yaml")
    assert draft.flow, draft.errors
    return draft.flow


def diagram() -> Diagram:
    identity = Flow("identity", "Proving who is calling", "front_desk", "a", {})
    named = {"refills": flow(), "identity": identity}
    return diagram_of(flow(), flows=named, queue_title=lambda name: f"the {name}")


def arrows() -> dict[tuple[str, str], Arrow]:
    return {arrow.pair: arrow for arrow in diagram().arrows}


def test_each_state_is_a_box_of_its_kind_in_the_order_of_the_file() -> None:
    assert [box.kind for box in diagram().boxes] == [
        Kind.CHOOSE,
        Kind.SAY,
        Kind.CALL,
        Kind.ASK,
        Kind.ASK,
        Kind.DO,
        Kind.ASK,
        Kind.RECORD,
        Kind.PERSON,
        Kind.RETURN,
        Kind.END,
    ]


def test_a_box_tells_titles_where_there_are_titles() -> None:
    boxes = {box.name: (box.title, box.detail) for box in diagram().boxes}
    assert boxes["verify"] == ("Proving who is calling", "")
    assert boxes["person"] == ("Person", "the pharmacy")
    assert boxes["ask_number"] == ("Ask number", "the rx number")
    assert boxes["look_up"] == ("Look up", "refills: status")
    assert diagram().person == "the pharmacy"


def test_an_arrow_says_what_has_to_happen() -> None:
    words = {pair: arrow.words for pair, arrow in arrows().items()}
    assert words["known", "ask_sure"] == ("patient is known",)
    assert words["known", "greet"] == ("if plan is hmo",)
    assert words["known", "verify"] == ("otherwise",)
    assert words["greet", "ask_sure"] == ()
    assert words["ask_sure", "ask_number"] == ("yes",)
    assert words["ask_sure", "menu"] == ("no",)
    assert words["menu", "message"] == ("message (1)",)


def test_ways_to_the_same_state_share_an_arrow_and_the_hoped_for_one_comes_first() -> None:
    arrow = arrows()["menu", "bye"]
    assert arrow.words == ("good bye", "no answer understood")
    assert not arrow.rescue


def test_an_arrow_that_only_a_failure_takes_is_a_rescue() -> None:
    rescues = {pair for pair, arrow in arrows().items() if arrow.rescue}
    assert rescues == {("ask_number", "person"), ("message", "done")}


def test_a_name_is_written_as_a_person_would() -> None:
    assert in_words("ask_number_again") == "ask number again"


PATH = (
    *("main.menu", "refills.known", "refills.verify", "identity.a"),
    *("refills.ask_sure", "refills.ask_number", "main.menu"),
)


def test_the_way_of_a_call_is_lit_and_numbered_through_other_flows() -> None:
    overlay = walk_of(diagram(), PATH, caption="A call")
    assert overlay.boxes == {"known", "verify", "ask_sure", "ask_number"}
    assert overlay.arrow_notes == {
        ("known", "verify"): "step 1",
        ("verify", "ask_sure"): "step 2",
        ("ask_sure", "ask_number"): "step 3",
    }


def test_going_back_is_no_arrow() -> None:
    back = ("refills.ask_sure", "refills.menu", "refills.ask_sure", "refills.menu")
    overlay = walk_of(diagram(), back, caption="")
    assert overlay.arrow_notes == {("ask_sure", "menu"): "step 1, 2"}


def test_coverage_counts_what_is_drawn() -> None:
    overlay = coverage_of(
        diagram(), ["known", "verify", "no_state"], [("known", "verify"), ("bye", "known")]
    )
    assert overlay.boxes == {"known", "verify"}
    assert overlay.arrows == {("known", "verify")}
    assert overlay.caption == "Scenarios reach 2 of 11 boxes and 1 of 16 arrows"


def test_traffic_counts_calls_and_tells_where_they_left() -> None:
    visits = [
        Visit(PATH, "refills.ask_number", "hung up"),
        Visit(PATH[:2], "refills.known", "asked for a person"),
        Visit(("main.menu",), "main.menu", "hung up"),
    ]
    overlay = traffic_of(diagram(), visits, since="")
    assert overlay.caption == "2 calls came through this flow"
    assert overlay.box_notes["known"] == ("2 calls", "1 asked for a person")
    assert overlay.box_notes["ask_number"] == ("1 call", "1 hung up")
    assert overlay.arrow_notes["known", "verify"] == "1"
    assert overlay.weights["known", "verify"] == 0.5


def test_a_call_that_comes_twice_is_one_call() -> None:
    overlay = traffic_of(diagram(), [Visit((*PATH, *PATH))], since="")
    assert overlay.arrow_notes["known", "verify"] == "1"


def test_no_calls_are_no_traffic() -> None:
    overlay = traffic_of(diagram(), [], since="")
    assert overlay.caption == "0 calls came through this flow"
    assert not overlay.boxes


@given(st.integers(0, 10_000))
def test_every_branch_of_any_flow_is_in_an_arrow_between_boxes(seed: int) -> None:
    written = flows(seed, orderly=0.5)
    named = {flow.name: flow for flow in written}
    for each in written:
        drawn = diagram_of(each, flows=named, queue_title=in_words)
        names = [box.name for box in drawn.boxes]
        pairs = [arrow.pair for arrow in drawn.arrows]
        assert names == list(each.states)
        assert len(set(pairs)) == len(pairs)
        assert set(pairs) == {
            (name, to) for name, state in each.states.items() for to in targets_of(state)
        }
