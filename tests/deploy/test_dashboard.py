"""The dashboard asks for figures that exist, in questions that Prometheus understands."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.test_alerts import DEPLOY, known, named_in, promtool

DASHBOARD = json.loads((DEPLOY / "grafana" / "clinic-line.json").read_text(encoding="utf-8"))
PANELS: list[dict[str, Any]] = [one for one in DASHBOARD["panels"] if one["type"] != "row"]
WIDTH = 24  # columns of Grafana's grid
INTERVALS = {"$__rate_interval": "5m", "$line": ".*"}
"""What Grafana puts in the place of its variables."""


def asked(panel: dict[str, Any]) -> list[str]:
    return [target["expr"] for target in panel["targets"]]


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel["title"])
def test_a_panel_asks_for_figures_that_exist(panel: dict[str, Any]) -> None:
    for question in asked(panel):
        assert named_in(question)
        assert named_in(question) <= known()


def test_prometheus_understands_every_question(tmp_path: Path) -> None:
    questions = [question for panel in PANELS for question in asked(panel)]
    for name, value in INTERVALS.items():
        questions = [question.replace(name, value) for question in questions]
    rules = [{"record": f"question:{n}", "expr": one} for n, one in enumerate(questions)]
    file = tmp_path / "questions.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "all", "rules": rules}]}), "utf-8")
    assert not any("$" in question for question in questions)
    promtool("check", "rules", file)


def test_every_panel_uses_the_data_source_that_was_chosen() -> None:
    used = set(re.findall(r'"uid": "(\$[^"]*)"', json.dumps(DASHBOARD)))
    assert used == {"${source}"}
    assert [one["name"] for one in DASHBOARD["templating"]["list"]] == ["source", "line"]


def test_panels_have_ids_of_their_own_and_lie_beside_each_other() -> None:
    every = DASHBOARD["panels"]
    assert len({panel["id"] for panel in every}) == len(every)
    taken: set[tuple[int, int]] = set()
    for panel in every:
        grid = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(grid["x"], grid["x"] + grid["w"])
            for y in range(grid["y"], grid["y"] + grid["h"])
        }
        assert not cells & taken, panel["title"]
        assert grid["x"] + grid["w"] <= WIDTH
        taken |= cells
