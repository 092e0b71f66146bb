"""Results: for eighty columns, for CI, for scripts."""

from dataclasses import replace
from xml.etree import ElementTree as ET

from ivr.workbench.generated import generated
from ivr.workbench.results import (
    Result,
    as_json,
    came_true,
    junit,
    result_of,
    summary,
    told,
    told_generated,
)
from ivr.workbench.suite import Failure
from tests.workbench.small import performed, scenario_of, small_line

LONG = "hears: " + "a sentence that is far too long for one line of a terminal " * 3


def results() -> list[Result]:
    good = result_of(performed("steps: [hears: Welcome]\nends: caller\n"), seconds=0.5)
    bad = result_of(performed(f"steps:\n- says: message\n- {LONG}\n"), seconds=0.25)
    out = Result(scenario_of("steps: [says: {recording: a.wav}]"), left_out="says a recording")
    return [good, bad, out]


def test_a_failure_is_told_with_its_place_and_fits_a_terminal() -> None:
    _, bad, _ = results()
    lines = list(told(bad))
    assert lines[0] == f"FAIL  {'x':<34} t"
    assert lines[1] == "      x.call:4"
    assert lines[2].startswith("      expected  hears: a sentence")
    assert "         0.0  caller  message" in lines
    assert lines[-1] == "         0.0  line    Speak after the tone."
    assert max(map(len, lines)) <= 80


def test_what_came_true_and_what_was_left_out_take_a_line() -> None:
    good, _, out = results()
    assert list(told(replace(good, scenario=replace(good.scenario, title="t" * 99)))) == [
        f"ok    {'x':<34} {'t' * 38}…"
    ]
    assert list(told(out)) == [f"--    {'x':<34} says a recording"]


def test_generated_scenarios_take_a_line_a_flow_and_failed_ones_their_own() -> None:
    every = [Result(scenario, generated=True) for scenario in generated(small_line().book)]
    (line,) = told_generated(every)
    assert line == f"ok    {'main_menu':<34} generated: escapes, silence, 9 states"
    failed = replace(every[0], failure=Failure(0, "ends: agent", "the line hung up"))
    lines = list(told_generated([failed, *every[1:]]))
    assert lines[0].startswith('FAIL  "operator" in main_menu.welcome')
    assert lines[1] == "      main_menu.yaml:10"


def test_the_summary_counts() -> None:
    good, bad, out = results()
    assert summary([good, bad, out], seconds=1.0) == (
        "1 of 2 scenarios came true, in 1.00 s, 1 left out"
    )
    universal = replace(good, generated=True)
    assert summary([good, universal], seconds=0.5) == (
        "1 of 1 scenario and 1 of 1 generated came true, in 0.50 s"
    )
    assert came_true([good, out])
    assert not came_true([good, bad])


def test_ci_reads_junit() -> None:
    root = ET.fromstring(junit(results(), seconds=2.0))  # noqa: S314 - written a line above
    (suite,) = root
    assert {k: suite.get(k) for k in ("tests", "failures", "skipped", "time")} == {
        "tests": "3",
        "failures": "1",
        "skipped": "1",
        "time": "2.000",
    }
    good, bad, out = suite
    assert (good.get("classname"), good.get("name"), good.get("time")) == (
        "main_menu",
        "x",
        "0.500",
    )
    failure = bad.find("failure")
    assert failure is not None
    assert "x.call:4" in (failure.text or "")
    assert out.find("skipped") is not None


def test_junit_survives_what_xml_cannot_hold() -> None:
    good, *_ = results()
    odd = replace(good, failure=Failure(1, "\x00<&\ud800", "\x1b[0m"))
    assert ET.fromstring(junit([odd], seconds=0.0)) is not None  # noqa: S314 - as above


def test_scripts_get_the_transcript_of_what_failed() -> None:
    good, bad, _ = map(as_json, results())
    assert (good["passed"], good["transcript"]) == (True, [])
    assert (bad["passed"], bad["line"], len(bad["transcript"])) == (False, 4, 4)
