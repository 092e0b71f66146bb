"""What is counted of calls, and that nothing else ever gets into a figure."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from ivr.dialog.actions import HandoffReason
from ivr.dialog.confidence import Band
from ivr.dialog.turns import Answered
from ivr.handoff.actions import Outcome, Trouble
from ivr.handoff.events import Refusal
from ivr.story.calls import CallOutcome, CallRow, Wait
from ivr.story.facts import Fact, Facts, Glimpse
from ivr.story.media import Media
from ivr.story.signalling import Message
from ivr.story.steps import Happened, Step
from ivr.story.turns import Judged, Sound, Turn
from ivr.watch import figures
from ivr.watch.figures import COUNTED, LEVELS, Level
from ivr.watch.metrics import Metrics
from ivr.watch.prometheus_ import MOST
from tests.support.need import ROOT

CALL, OTHER_CALL = "00c0ffee", "0badcafe"
AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
RANG = CallRow(CALL, AT, trunk="acme", flow="main_menu")
SERVED = replace(
    RANG,
    ended=AT + timedelta(seconds=95),
    outcome=CallOutcome.HANDED_OFF,
    about="refill_status",
    reason=HandoffReason.ASKED,
    queue="pharmacy",
    handoff=Outcome.SERVED,
    wait=Wait(42.0, agent="Dana"),
    score=4,
)
ASKED = Turn(
    CALL,
    1,
    AT,
    "refill_status.ask_number",
    asked="digits",
    answered=Answered.SPEECH,
    judged=Judged.READ_BACK,
    band=Band.CONFIRM,
    barged_in=True,
    latency=0.4,
    recognised=0.12,
    operation="refills.status",
    outcome="ready",
    clinic=0.3,
    sound=Sound(dropped=3),
)


def told(*facts: Fact) -> dict[str, float]:
    """Figures that are not 0, as `name{label="…"}`, without those of the process."""
    metrics = Metrics()
    for fact in facts:
        metrics.take(fact)
    return shown(metrics)


def shown(metrics: Metrics) -> dict[str, float]:
    body, _ = metrics.text()
    found = {}
    for family in text_string_to_metric_families(body.decode()):
        for one in family.samples:
            labels = ",".join(f"{key}={value}" for key, value in sorted(one.labels.items()))
            if one.name.startswith("ivr_") and "_bucket" not in one.name and one.value:
                found[f"{one.name}{{{labels}}}" if labels else one.name] = one.value
    return found


def test_a_call_that_rings_is_started_and_under_way() -> None:
    answered = replace(RANG, answered=AT)
    assert told(RANG, answered) == {"ivr_calls": 1, "ivr_calls_started_total{trunk=acme}": 1}


def test_a_call_that_ended_is_counted_once_with_all_that_came_of_it() -> None:
    assert told(RANG, SERVED) == {
        "ivr_calls_started_total{trunk=acme}": 1,
        "ivr_calls_ended_total{about=refill_status,flow=main_menu,outcome=handed_off}": 1,
        "ivr_call_seconds_count": 1,
        "ivr_call_seconds_sum": 95,
        "ivr_handoffs_total{came=served,queue=pharmacy,reason=asked}": 1,
        "ivr_wait_seconds_count{queue=pharmacy,reached=yes}": 1,
        "ivr_wait_seconds_sum{queue=pharmacy,reached=yes}": 42,
        "ivr_survey_answers_total{about=refill_status,score=4}": 1,
    }


def test_a_caller_who_is_sent_on_at_the_door_started_and_ended() -> None:
    sent_on = CallRow(CALL, AT, ended=AT, outcome=CallOutcome.REDIRECTED)
    assert told(sent_on) == {
        "ivr_calls_started_total{trunk=none}": 1,
        "ivr_calls_ended_total{about=none,flow=none,outcome=redirected}": 1,
        "ivr_call_seconds_count": 1,
    }


def test_who_waited_and_reached_nobody_is_told_apart() -> None:
    left = replace(SERVED, handoff=Outcome.CALLER_LEFT, wait=Wait(30.0))
    figures_told = told(RANG, left)
    assert figures_told["ivr_wait_seconds_count{queue=pharmacy,reached=no}"] == 1
    assert figures_told["ivr_handoffs_total{came=caller_left,queue=pharmacy,reason=asked}"] == 1


def test_a_turn_is_counted_by_question_and_by_state() -> None:
    found = told(ASKED)
    assert found["ivr_turns_total{asked=digits,band=confirm,judged=read_back}"] == 1
    assert found["ivr_replies_total{answered=speech,state=refill_status.ask_number}"] == 1
    assert found["ivr_turn_latency_seconds_sum{asked=digits}"] == 0.4
    assert found["ivr_recogniser_seconds_sum"] == 0.12
    assert found["ivr_clinic_answers_total{operation=refills.status,outcome=ready}"] == 1
    assert found["ivr_clinic_seconds_count{operation=refills.status}"] == 1
    assert found["ivr_barge_ins_total"] == 1
    assert found["ivr_recogniser_dropped_frames_total"] == 3


def test_a_turn_that_asked_nothing_is_no_reply() -> None:
    assert told(Turn(CALL, 1, AT, "main_menu.hello")) == {
        "ivr_turns_total{asked=none,band=none,judged=not_asked}": 1
    }


def test_not_understood_is_one_word() -> None:
    found = told(Turn(CALL, 1, AT, "a.b", asked="menu", answered=Answered.NOT_UNDERSTOOD))
    assert found["ivr_replies_total{answered=not_understood,state=a.b}"] == 1


def test_steps_are_counted_with_why_nobody_came() -> None:
    assert told(
        Step(CALL, AT, Happened.REFUSED, "Dana", Refusal.BUSY),
        Step(CALL, AT, Happened.NOBODY, detail=Trouble.NOBODY_THERE),
        Step(CALL, AT, Happened.BROKE, detail="ValueError"),
    ) == {
        "ivr_steps_total{happened=refused}": 1,
        "ivr_steps_total{happened=nobody}": 1,
        "ivr_steps_total{happened=broke}": 1,
        "ivr_refusals_total{refusal=busy}": 1,
        "ivr_nobody_reached_total{trouble=nobody_there}": 1,
    }


def test_totals_of_a_leg_are_counted_once_however_often_they_are_told() -> None:
    first = Media(CALL, AT, received=100, lost=2, late=1, sent=100)
    second = replace(first, received=250, lost=5, sent=240, far_lost=4)
    found = told(RANG, first, second, second)
    counted = {key: value for key, value in found.items() if "rtp" in key}
    assert counted == {
        "ivr_rtp_packets_total{leg=caller,packets=received}": 250,
        "ivr_rtp_packets_total{leg=caller,packets=lost}": 5,
        "ivr_rtp_packets_total{leg=caller,packets=late}": 1,
        "ivr_rtp_packets_total{leg=caller,packets=sent}": 240,
        "ivr_rtp_packets_total{leg=caller,packets=far_lost}": 4,
    }


def test_legs_are_judged_when_their_call_ends() -> None:
    good = Media(CALL, AT, received=500, sent=500, jitter=0.004)
    better = replace(good, jitter=0.001)
    deaf = Media(CALL, AT, leg="agent", received=0, sent=500)
    found = told(RANG, good, better, deaf, SERVED)
    assert found["ivr_legs_ended_total{heard=both,leg=caller}"] == 1
    assert found["ivr_legs_ended_total{heard=not_by_us,leg=agent}"] == 1
    assert found["ivr_leg_jitter_seconds_sum{leg=caller}"] == 0.004
    assert 4.3 < found["ivr_leg_mos_sum{leg=caller}"] < 4.5


def test_who_does_not_hear_us_is_told_by_the_far_ends_report() -> None:
    unheard = Media(CALL, AT, received=500, sent=500, far_lost=480)
    assert told(RANG, unheard, SERVED)["ivr_legs_ended_total{heard=not_by_them,leg=caller}"] == 1
    neither = replace(unheard, received=0)
    assert told(RANG, neither, SERVED)["ivr_legs_ended_total{heard=by_nobody,leg=caller}"] == 1


def test_a_leg_of_a_moment_is_not_blamed() -> None:
    short = Media(CALL, AT, received=0, sent=20)
    assert told(RANG, short, SERVED)["ivr_legs_ended_total{heard=both,leg=caller}"] == 1


def test_what_comes_after_the_end_of_a_call_is_not_remembered() -> None:
    metrics = Metrics()
    for fact in (RANG, SERVED, Media(CALL, AT, received=9, sent=9)):
        metrics.take(fact)
    assert metrics._live == {}


def test_sip_messages_are_counted_by_way_and_those_sent_again_apart() -> None:
    invite = Message(CALL, AT, "caller", outward=False, method="INVITE")
    ringing = replace(invite, outward=True, status=180)
    strange = replace(invite, method="ALEX")
    assert told(invite, replace(invite, again=True), ringing, strange) == {
        "ivr_sip_messages_total{method=INVITE,status=none,way=in}": 1,
        "ivr_sip_messages_total{method=INVITE,status=180,way=out}": 1,
        "ivr_sip_messages_total{method=other,status=none,way=in}": 1,
        "ivr_sip_retransmissions_total{way=in}": 1,
    }


def test_glimpses_of_living_calls_are_not_counted() -> None:
    assert told(Glimpse(CALL, AT, AT, words="Alex Sample")) == {}


def test_what_must_wake_somebody_is_shown_before_it_happens() -> None:
    body = Metrics().text()[0].decode()
    for happened in Happened:
        assert f'ivr_steps_total{{happened="{happened}"}} 0.0' in body
    assert 'ivr_legs_ended_total{heard="not_by_us",leg="caller"} 0.0' in body


def test_every_way_a_call_can_end_is_shown_before_it_does() -> None:
    metrics = Metrics()
    metrics.take(replace(RANG, about="refill_status", reason=HandoffReason.ASKED, queue="pharmacy"))
    body = metrics.text()[0].decode()
    labels = 'about="refill_status",flow="main_menu",outcome="failed"'
    assert f"ivr_calls_ended_total{{{labels}}} 0.0" in body
    assert 'ivr_handoffs_total{came="nobody",queue="pharmacy",reason="asked"} 0.0' in body


def test_what_is_remembered_of_ways_is_limited() -> None:
    metrics = Metrics()
    for n in range(3 * MOST):
        metrics.take(replace(RANG, about=f"flow{n % 10}{n // 10 % 10}{n // 100 % 10}_{n // 1000}"))
    assert len(metrics._ways) <= MOST


def test_a_clinic_that_fails_for_the_first_time_is_an_increase() -> None:
    metrics = Metrics()
    metrics.take(ASKED)
    zero = 'ivr_clinic_answers_total{operation="refills.status",outcome="unavailable"} 0.0'
    assert zero in metrics.text()[0].decode()


def test_levels_are_those_that_were_read_last() -> None:
    metrics = Metrics()
    metrics.level([Level(figures.WAITING, 3, ("pharmacy",)), Level(figures.LEGS, 4)])
    metrics.level([Level(figures.WAITING, 2, ("billing",)), Level(figures.EAR_DEATHS, 1)])
    assert shown(metrics) == {
        "ivr_queue_waiting{queue=billing}": 2,
        "ivr_recogniser_restarts_total": 1,
    }


def test_figures_are_told_in_the_form_that_was_asked_for() -> None:
    metrics = Metrics()
    metrics.take(RANG)
    plain, plain_type = metrics.text()
    openmetrics, openmetrics_type = metrics.text("application/openmetrics-text; version=1.0.0")
    assert plain_type.startswith("text/plain")
    assert openmetrics_type.startswith("application/openmetrics-text")
    assert openmetrics.endswith(b"# EOF\n")
    assert b"_created" not in plain + openmetrics


# ---------------------------------------------------------------- what gets into a label


def test_label_sets_are_limited_and_what_comes_beyond_is_not_lost() -> None:
    metrics = Metrics()
    letters = "abcdefghijklmnopqrstuvwxyz"
    states = [f"flow.{a}{b}{c}" for a in letters[:3] for b in letters for c in letters]
    for state in states:
        metrics.take(Turn(CALL, 1, AT, state, asked="menu"))
    replies = {key: n for key, n in shown(metrics).items() if key.startswith("ivr_replies")}
    assert len(replies) <= MOST + 1
    assert sum(replies.values()) == len(states)
    assert replies["ivr_replies_total{answered=other,state=other}"] >= len(states) - MOST


@given(st.lists(st.text(), min_size=5, max_size=5))
def test_no_text_but_a_name_gets_into_a_label(texts: list[str]) -> None:
    state, asked, operation, outcome, trunk = texts
    metrics = Metrics()
    metrics.take(replace(RANG, trunk=trunk))
    metrics.take(Turn(CALL, 1, AT, state, asked=asked, operation=operation, outcome=outcome))
    for label in labels_of(metrics):
        assert re.fullmatch(r"[\w.:-]{1,60}", label, re.ASCII)
        assert not re.search(r"\d{4}", label)


def test_what_patients_are_and_say_is_other() -> None:
    said = ("Alex Sample", "2125550142", "1982-03-03", "my chest hurts", "a" * 61)
    for text in said:
        assert "ivr_replies_total{answered=event,state=other}" in told(
            Turn(CALL, 1, AT, text, asked="menu")
        )


def test_no_figure_names_a_call() -> None:
    metrics = Metrics()
    step = Step(CALL, AT, Happened.RANG, "Dana")
    for fact in (RANG, ASKED, step, Media(CALL, AT), SERVED, replace(RANG, call=OTHER_CALL)):
        metrics.take(fact)
    body = metrics.text()[0].decode()
    assert CALL not in body
    assert OTHER_CALL not in body
    assert "Dana" not in body


def labels_of(metrics: Metrics) -> Iterable[str]:
    for family in text_string_to_metric_families(metrics.text()[0].decode()):
        for one in family.samples:
            if one.name.startswith("ivr_"):
                yield from (value for key, value in one.labels.items() if key != "le")


# ---------------------------------------------------------------- a listener among others


def test_two_lines_in_one_process_count_apart() -> None:
    one, other = Metrics(), Metrics()
    one.take(RANG)
    assert shown(other) == {}
    assert shown(one)["ivr_calls"] == 1


def test_it_listens_to_the_bus() -> None:
    facts, metrics = Facts(), Metrics()
    facts.subscribe(metrics.take)
    facts.tell(RANG)
    assert shown(metrics)["ivr_calls"] == 1


# ---------------------------------------------------------------- the page that describes them


def test_every_figure_is_described_as_it_is() -> None:
    page = (ROOT / "docs" / "reference" / "metrics.md").read_text(encoding="utf-8")
    described = re.findall(r"^\| `(ivr_\w+)` \| (.*?) \| (.+) \|$", page, re.MULTILINE)
    expected = []
    for figure in (*COUNTED, *LEVELS):
        name = f"{figure.name}_total" if figure.kind == "counter" else figure.name
        labels = ", ".join(f"`{label}`" for label in figure.labels) or "—"
        expected.append((name, f"{figure.kind} · {labels}", figure.told))
    assert described == expected
