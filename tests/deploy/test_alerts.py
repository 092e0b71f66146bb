"""The alert rules are rules, name figures that exist, fire when they should and only then."""

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from ivr.watch.figures import COUNTED, LEVELS, Kind
from tests.support.need import ROOT, need_program

DEPLOY = ROOT / "deploy"
RULES = DEPLOY / "prometheus" / "alerts.yml"
LINE = 'instance="line"'
ROUTINE = "0+10x120"
"""Ten more a minute for two hours."""
ONCE_A_MINUTE, NEVER = "0+1x120", "0x120"

BAD: Mapping[str, Mapping[str, str]] = {
    "LineGone": {'up{job="clinic-line"}': "1x60 0x60"},
    "LineRestarts": {'process_start_time_seconds{job="clinic-line"}': "100x114 200x2 300x2 400x4"},
    "NobodyAnswers": {'ivr_nobody_reached_total{trouble="nobody_there"}': "0x115 2x10"},
    "CallersWaitTooLong": {
        'ivr_queue_longest_seconds{queue="pharmacy"}': "0x110 100+60x10",
        'ivr_queue_target_seconds{queue="pharmacy"}': "60x120",
    },
    "CallersGiveUp": {
        'ivr_handoffs_total{queue="pharmacy",reason="asked",came="served"}': ONCE_A_MINUTE,
        'ivr_handoffs_total{queue="pharmacy",reason="asked",came="caller_left"}': ONCE_A_MINUTE,
    },
    "LineFull": {"ivr_legs": "3x100 11x20", "ivr_legs_limit": "12x120"},
    "CallersTurnedAway": {
        'ivr_calls_refused_total{status="302"}': "0x115 1x10",
        "ivr_taking_calls": "1x120",
    },
    "StillDrained": {"ivr_taking_calls": "1x60 0x60"},
    "NoCalls": {
        'ivr_calls_started_total{trunk="acme"}': "0+1x120 120x10200",
        "ivr_taking_calls": "1x10400",
    },
    "CallsBreak": {'ivr_steps_total{happened="broke"}': "0x115 1x10"},
    "ClinicDown": {
        'ivr_clinic_answers_total{operation="refills.status",outcome="ready"}': "0+1x110 110x10",
        'ivr_clinic_answers_total{operation="refills.status",outcome="unavailable"}': "0x110 0+1x9",
    },
    "ClinicSlow": {
        'ivr_clinic_seconds_bucket{operation="refills.status",le="4.0"}': NEVER,
        'ivr_clinic_seconds_bucket{operation="refills.status",le="8.0"}': ONCE_A_MINUTE,
        'ivr_clinic_seconds_bucket{operation="refills.status",le="+Inf"}': ONCE_A_MINUTE,
    },
    "RecogniserDown": {'ivr_recogniser_up{engine="vosk"}': "1x100 0x20"},
    "RecogniserRestarts": {"ivr_recogniser_restarts_total": "0x110 1 2 3 4x8"},
    "RecogniserOverloaded": {"ivr_recogniser_dropped_frames_total": "0+100x120"},
    "LineCannotSpeak": {'ivr_steps_total{happened="not_spoken"}': "0x115 4x10"},
    "SlowAnswers": {
        'ivr_turn_latency_seconds_bucket{asked="menu",le="0.9"}': NEVER,
        'ivr_turn_latency_seconds_bucket{asked="menu",le="1.2"}': ROUTINE,
        'ivr_turn_latency_seconds_bucket{asked="menu",le="+Inf"}': ROUTINE,
        'ivr_turn_latency_seconds_count{asked="menu"}': ROUTINE,
    },
    "NotUnderstood": {
        'ivr_replies_total{state="refills.ask",answered="speech"}': ONCE_A_MINUTE,
        'ivr_replies_total{state="refills.ask",answered="not_understood"}': ONCE_A_MINUTE,
    },
    "TrunkDown": {'ivr_trunk_registered{trunk="acme"}': "1x100 0x20"},
    "OneWayAudio": {
        'ivr_legs_ended_total{leg="caller",heard="both"}': ONCE_A_MINUTE,
        'ivr_legs_ended_total{leg="caller",heard="not_by_us"}': "0x100 0+1x20",
    },
    "BadSound": {
        'ivr_leg_mos_bucket{leg="caller",le="3.5"}': ONCE_A_MINUTE,
        'ivr_leg_mos_count{leg="caller"}': ONCE_A_MINUTE,
    },
    "RecordsWait": {"ivr_records_waiting": "0x100 5000x20"},
    "RecordsLost": {"ivr_records_lost_total": "0x115 7x10"},
    "ShortOfCpu": {'process_cpu_seconds_total{job="clinic-line"}': "0+58x120"},
}
"""What a line in each trouble tells, minute by minute."""
A_WEEK_LATER = {"NoCalls": 7 * 24 * 60 + 115}
"""Minutes after which an alert must have fired that compares with the week before."""

GOOD = {
    'up{job="clinic-line"}': "1x120",
    'process_start_time_seconds{job="clinic-line"}': "100x120",
    'process_cpu_seconds_total{job="clinic-line"}': "0+6x120",
    'ivr_calls_started_total{trunk="acme"}': ROUTINE,
    'ivr_nobody_reached_total{trouble="closed"}': ONCE_A_MINUTE,
    'ivr_nobody_reached_total{trouble="nobody_there"}': NEVER,
    'ivr_queue_longest_seconds{queue="pharmacy"}': "0+2x50 0+2x50 0x20",
    'ivr_queue_target_seconds{queue="pharmacy"}': "60x120",
    'ivr_handoffs_total{queue="pharmacy",reason="asked",came="served"}': ROUTINE,
    'ivr_handoffs_total{queue="pharmacy",reason="asked",came="caller_left"}': ONCE_A_MINUTE,
    "ivr_legs": "5x120",
    "ivr_legs_limit": "12x120",
    'ivr_calls_refused_total{status="302"}': NEVER,
    'ivr_calls_refused_total{status="403"}': ONCE_A_MINUTE,
    "ivr_taking_calls": "1x60 0x20 1x40",
    'ivr_steps_total{happened="broke"}': NEVER,
    'ivr_steps_total{happened="not_spoken"}': "0x50 1x70",
    'ivr_clinic_answers_total{operation="refills.status",outcome="ready"}': ROUTINE,
    'ivr_clinic_answers_total{operation="refills.status",outcome="unavailable"}': ONCE_A_MINUTE,
    'ivr_clinic_seconds_bucket{operation="refills.status",le="0.25"}': ROUTINE,
    'ivr_clinic_seconds_bucket{operation="refills.status",le="+Inf"}': ROUTINE,
    'ivr_recogniser_up{engine="none"}': "0x120",
    'ivr_recogniser_up{engine="vosk"}': "1x60 0 1x60",
    "ivr_recogniser_restarts_total": "0x60 1x60",
    "ivr_recogniser_dropped_frames_total": "0x60 20x60",
    'ivr_turn_latency_seconds_bucket{asked="menu",le="0.6"}': ROUTINE,
    'ivr_turn_latency_seconds_bucket{asked="menu",le="+Inf"}': ROUTINE,
    'ivr_turn_latency_seconds_count{asked="menu"}': ROUTINE,
    'ivr_replies_total{state="refills.ask",answered="speech"}': ROUTINE,
    'ivr_replies_total{state="refills.ask",answered="not_understood"}': ONCE_A_MINUTE,
    'ivr_trunk_registered{trunk="acme"}': "1x60 0 1x60",
    'ivr_legs_ended_total{leg="caller",heard="both"}': ROUTINE,
    'ivr_legs_ended_total{leg="caller",heard="not_by_us"}': "0x60 1x60",
    'ivr_leg_mos_bucket{leg="caller",le="3.5"}': "0x60 1x60",
    'ivr_leg_mos_count{leg="caller"}': ROUTINE,
    "ivr_records_waiting": "3x120",
    "ivr_records_lost_total": NEVER,
}
"""What a line tells with which nothing is wrong but what happens on any day."""


def rules() -> list[dict[str, Any]]:
    read = yaml.safe_load(RULES.read_text(encoding="utf-8"))
    return [rule for group in read["groups"] for rule in group["rules"]]


NAMES = [rule["alert"] for rule in rules()]


def promtool(*arguments: object) -> None:
    need_program("promtool", package="prometheus")
    done = subprocess.run(
        ["promtool", *map(str, arguments)], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr


def line_that_tells(figures: Mapping[str, str], minute: int, expected: str) -> dict[str, Any]:
    """Make a test for promtool: *expected* is the PromQL of alerts that are firing then."""
    series = [
        {
            "series": name.replace("}", f",{LINE}}}") if "}" in name else f"{name}{{{LINE}}}",
            "values": values,
        }
        for name, values in figures.items()
    ]
    firing = f'count by (alertname) (ALERTS{{alertstate="firing"{expected}}})'
    name = re.search(r'alertname="(\w+)"', expected)
    wanted = [{"labels": f'{{alertname="{name[1]}"}}', "value": 1}] if name else []
    question = {"expr": firing, "eval_time": f"{minute}m", "exp_samples": wanted}
    return {"interval": "1m", "input_series": series, "promql_expr_test": [question]}


def ask_promtool(folder: Path, *tests: dict[str, Any], every: str = "1m") -> None:
    file = folder / "tests.yml"
    known = {"rule_files": [str(RULES)], "evaluation_interval": every, "tests": list(tests)}
    file.write_text(yaml.safe_dump(known), encoding="utf-8")
    promtool("test", "rules", file)


def test_prometheus_accepts_rules_and_configuration() -> None:
    promtool("check", "rules", RULES)
    promtool("check", "config", DEPLOY / "prometheus" / "prometheus.yml")


def test_every_alert_fires_in_its_trouble(tmp_path: Path) -> None:
    troubles = [
        line_that_tells(figures, 120, f',alertname="{name}"')
        for name, figures in BAD.items()
        if name not in A_WEEK_LATER
    ]
    ask_promtool(tmp_path, *troubles)


@pytest.mark.parametrize("name", A_WEEK_LATER)
def test_an_alert_that_remembers_last_week_fires_too(name: str, tmp_path: Path) -> None:
    trouble = line_that_tells(BAD[name], A_WEEK_LATER[name], f',alertname="{name}"')
    ask_promtool(tmp_path, trouble, every="5m")


def test_every_alert_has_a_trouble_it_was_seen_in() -> None:
    assert sorted(BAD) == sorted(NAMES)


def test_a_line_on_an_ordinary_day_wakes_nobody(tmp_path: Path) -> None:
    day = line_that_tells(GOOD, 120, "")
    question = day["promql_expr_test"][0]
    day["promql_expr_test"] = [question | {"eval_time": f"{at}m"} for at in range(5, 121, 5)]
    ask_promtool(tmp_path, day)


def test_the_ordinary_day_has_every_figure_that_alerts_look_at() -> None:
    looked_at = {name for rule in rules() for name in named_in(rule["expr"])}
    assert looked_at <= {re.split(r"[{]", name)[0] for name in GOOD}


def named_in(expression: str) -> set[str]:
    return set(re.findall(r"\b(?:ivr|process)_\w+", expression))


def known() -> set[str]:
    """Every name a figure of ours can have in a question to Prometheus."""
    names = {"process_cpu_seconds_total", "process_resident_memory_bytes"}
    names.add("process_start_time_seconds")
    for figure in (*COUNTED, *LEVELS):
        match figure.kind:
            case Kind.COUNTER:
                names.add(f"{figure.name}_total")
            case Kind.GAUGE:
                names.add(figure.name)
            case Kind.HISTOGRAM:
                names |= {f"{figure.name}_{part}" for part in ("bucket", "sum", "count")}
    return names


@pytest.mark.parametrize("rule", rules(), ids=NAMES)
def test_an_alert_looks_at_figures_that_exist(rule: dict[str, Any]) -> None:
    assert named_in(rule["expr"]) <= known()


@pytest.mark.parametrize("rule", rules(), ids=NAMES)
def test_an_alert_says_how_urgent_it_is_and_where_to_read_what_to_do(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in {"critical", "warning"}
    summary = rule["annotations"]["summary"]
    assert summary.endswith(".")
    page, _, place = rule["annotations"]["runbook"].partition("#")
    headings = re.findall(r"^### (\w+)$", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)
    assert place in [heading.lower() for heading in headings]


def test_the_page_of_alerts_tells_of_no_others() -> None:
    page = (ROOT / "docs" / "howto" / "alerts.md").read_text(encoding="utf-8")
    assert re.findall(r"^### (\w+)$", page, re.MULTILINE) == NAMES
