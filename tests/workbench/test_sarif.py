"""What SARIF 2.1.0 demands (OASIS standard, sections 3.13 to 3.58), by hand: it is little."""

import json
from pathlib import Path
from typing import Any

from ivr.errors import FlowError, Severity
from ivr.flow.rules import WARNINGS, Rule
from ivr.workbench.sarif import sarif

MISTAKE = FlowError(
    "flows/main menu.yaml", 7, Rule.UNKNOWN_STATE, "there is no state manu", "menu?", 34
)
WARNING = FlowError(
    "/srv/flows/a.yaml", 1, Rule.KEY_FIRST, "named first", severity=Severity.WARNING
)


def written(*problems: FlowError) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(json.dumps(sarif(problems, version="1.2.3")))
    return log


def run(*problems: FlowError) -> dict[str, Any]:
    log = written(*problems)
    assert len(log["runs"]) == 1
    only: dict[str, Any] = log["runs"][0]
    return only


def test_the_log_names_its_version_and_has_runs() -> None:
    log = written()
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-2.1.0.json")
    assert isinstance(log["runs"], list)


def test_a_run_names_its_tool_and_has_results_even_when_there_are_none() -> None:
    assert run()["tool"]["driver"]["name"] == "ivr flow check"
    assert run()["results"] == []


def test_every_rule_is_described_once_with_its_level() -> None:
    rules = run()["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(Rule)
    levels = {rule["id"]: rule["defaultConfiguration"]["level"] for rule in rules}
    assert {name for name, level in levels.items() if level == "warning"} == WARNINGS
    assert all(rule["shortDescription"]["text"].endswith(".") for rule in rules)


def test_a_result_points_to_its_rule_and_its_place() -> None:
    found = run(MISTAKE)
    (result,) = found["results"]
    assert found["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    assert result["level"] == "error"
    assert result["message"]["text"] == "there is no state manu (menu?)"
    (location,) = result["locations"]
    place = location["physicalLocation"]
    assert place["region"] == {"startLine": 7, "startColumn": 34}
    assert place["artifactLocation"]["uri"] == "flows/main%20menu.yaml"


def test_a_warning_keeps_its_level_and_a_whole_path_becomes_an_address() -> None:
    (result,) = run(WARNING)["results"]
    place = result["locations"][0]["physicalLocation"]
    assert result["level"] == "warning"
    assert place["artifactLocation"]["uri"] == Path(WARNING.file).as_uri()
