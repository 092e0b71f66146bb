from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.errors import FlowErrors
from ivr.handoff.hours import MIDNIGHT, Open, Span
from ivr.handoff.office import Office, Strategy
from ivr.handoff.queues_file import read_office
from ivr.handoff.tickets import Priority

SHIPPED = (Path(__file__).parents[2] / "flows" / "queues.yaml").read_text("utf-8")
WHOLE = """\
time_zone: America/New_York
hours:
  weekdays: 8:00-12:00, 13:00-17:00
  friday: [8 AM - 12 PM]
  saturday: closed
holidays: {2026-12-25: Christmas}
closures:
  - {from: 2026-03-03 12:00, to: 2026-03-04, says: We are closed for the snow.}
queues:
  pharmacy:
    title: the pharmacy
    titles: {es: la farmacia}
    strategy: best_skill
    needs: [refills, phone]
    wrap_up: 30s
    ring: 25s
    when_closed: nobody_available
  nurse_line:
    title: the nurse line
    priority: nurse
    hours: always
"""


SPAN_HINT = "write 8:00-17:00 or 8 AM - 5 PM; past midnight two days share it: 22:00-24:00"


def mistakes(text: str) -> list[str]:
    with pytest.raises(FlowErrors) as caught:
        read_office(text, file="queues.yaml")
    return [f"{error.line} {error.rule}: {error.hint}" for error in caught.value.errors]


def test_the_shipped_queues_are_always_open_so_that_a_first_call_at_night_reaches_somebody() -> (
    None
):
    office = read_office(SHIPPED, file="queues.yaml")
    assert list(office.queues) == ["front_desk", "pharmacy", "billing", "nurse_line", "spanish"]
    assert all(isinstance(q.hours.open_at(0), Open) for q in office.queues.values())
    assert office.queue("nurse_line").priority is Priority.NURSE


def test_everything_that_is_written_is_read() -> None:
    office = read_office(WHOLE, file="queues.yaml")
    queue = office.queue("pharmacy")
    assert (queue.strategy, queue.needs) == (Strategy.BEST_SKILL, frozenset({"refills", "phone"}))
    assert (queue.wrap_up, queue.ring, queue.when_closed) == (30.0, 25.0, "nobody_available")
    assert queue.hours.week[0] == (Span(480, 720), Span(780, 1020))
    assert queue.hours.week[4] == (Span(480, 720),)
    assert queue.hours.week[5] == queue.hours.week[6] == ()
    assert list(queue.hours.holidays.values()) == ["Christmas"]
    assert queue.hours.closures[0].ends.day == 5
    assert office.title("pharmacy", language="es") == "la farmacia"
    assert office.title("pharmacy", language="fr") == "the pharmacy"


def test_a_queue_that_is_always_open_knows_no_holidays() -> None:
    nurse = read_office(WHOLE, file="queues.yaml").queue("nurse_line")
    assert nurse.hours.week == ()
    assert (nurse.hours.holidays, nurse.hours.closures) == ({}, ())


def test_without_a_file_any_name_is_a_queue() -> None:
    queue = Office().queue("front_desk")
    assert (queue.title, queue.wrap_up) == ("the front desk", 0.0)
    assert isinstance(queue.hours.open_at(0), Open)


@pytest.mark.parametrize(
    ("written", "span"),
    [
        ("8:00-17:00", Span(480, 1020)),
        ("8-17", Span(480, 1020)),
        ("8 AM - 5 PM", Span(480, 1020)),
        ("8:30am to 5 p.m.", Span(510, 1020)),
        ("8 \u2013 17", Span(480, 1020)),
        ("12 am - 12 pm", Span(0, 720)),
        ("0:00-24:00", Span(0, MIDNIGHT)),
        ("always", Span(0, MIDNIGHT)),
    ],
)
def test_hours_are_read_as_people_write_them(written: str, span: Span) -> None:
    text = f"hours: {{monday: '{written}'}}\nqueues: {{a: {{title: a}}}}\n"
    assert read_office(text, file="queues.yaml").queue("a").hours.week[0] == (span,)


@pytest.mark.parametrize(
    "written", ["8-5", "17:00-8:00", "8-8", "25-26", "8:60-9", "13 pm-14", "x"]
)
def test_hours_that_nobody_can_mean_are_a_mistake(written: str) -> None:
    text = f"hours: {{monday: '{written}'}}\nqueues: {{a: {{title: a}}}}\n"
    assert [line.partition(":")[0] for line in mistakes(text)] == ["1 bad-value"]


def test_all_mistakes_are_told_at_once_each_with_what_to_write() -> None:
    text = """\
time_zone: America/New_Yrok
hours: {mondy: 8-17, weekdays: 8-5}
holidays: {25 December: Christmas}
closures: [{from: 2026-01-02, to: 2026-01-01, says: Snow.}]
queues:
  front_desk: {titel: the desk, strategy: longest, priority: urgent}
  Billing: {title: billing}
"""
    assert mistakes(text) == [
        "1 bad-value: did you mean America/New_York?",
        "2 unknown-key: did you mean monday?",
        f"2 bad-value: {SPAN_HINT}",
        "3 bad-value: year-month-day, such as 2026-12-25",
        "4 bad-value: ",
        "6 unknown-key: did you mean title?",
        "6 bad-value: did you mean longest_idle?",
        "6 bad-value: known: nurse, routine",
        "7 bad-name: a name is lower-case letters, digits and _, and begins with a letter",
    ]


@pytest.mark.parametrize(
    "text", ["", "- a", "queues:", "queues: x", "queues: {a: b}", "[", "a: &b c"]
)
def test_a_file_that_is_none_is_a_mistake(text: str) -> None:
    assert mistakes(text)


words = st.sampled_from(
    [*WHOLE.split(), "hours:", "queues:", "always", "2026-13-40", "9999-12-31", "{", "}", "[", "]"]
)
texts = st.one_of(
    st.text(max_size=200),
    st.lists(words, max_size=30).map(" ".join),
    st.tuples(st.integers(0, len(WHOLE)), st.text(max_size=8)).map(
        lambda cut: WHOLE[: cut[0]] + cut[1] + WHOLE[cut[0] :]
    ),
)


@given(texts)
def test_any_text_gives_an_office_or_mistakes_and_nothing_else(text: str) -> None:
    try:
        office = read_office(text, file="queues.yaml")
    except FlowErrors:
        return
    for queue in office.queues.values():
        queue.hours.open_at(1_767_800_000.0)
