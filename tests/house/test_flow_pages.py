"""The pages about flows name every key and every operation that the code knows."""

import re

import pytest

from ivr.clinic.operations import SPECS
from ivr.flow.model import Phi
from tests.house.source import under
from tests.support.need import ROOT

REFERENCE = ROOT / "docs" / "reference"
LANGUAGE = (REFERENCE / "flow-language.md").read_text(encoding="utf-8")
OPERATIONS = (REFERENCE / "operations.md").read_text(encoding="utf-8")
KEY = re.compile(r"table\.\w+\(\s*((?:\"\w+\"(?:,\s*)?)+)")


def cells(line: str) -> list[str]:
    return [" ".join(re.findall(r"`([\w.]+)`", cell)) for cell in line.strip("| ").split("|")]


def test_every_key_of_the_reader_is_on_the_page() -> None:
    reader = [module.text for module in under("ivr") if module.path.parts[1] == "flow"]
    keys = {
        key for text in reader for call in KEY.findall(text) for key in re.findall(r"\w+", call)
    }
    assert len(keys) > 30
    assert sorted(key for key in keys if not re.search(rf"`{key}\b|\b{key}:", LANGUAGE)) == []


def test_every_degree_of_privacy_is_on_the_page() -> None:
    assert [phi for phi in Phi if f"`{phi}`" not in LANGUAGE] == []


@pytest.mark.parametrize("name", SPECS)
def test_an_operation_stands_there_as_it_is(name: str) -> None:
    spec = SPECS[name]
    row = next(line for line in OPERATIONS.splitlines() if line.startswith(f"| `{name}` |"))
    _, needs, outcomes, fills, _ = cells(row)
    assert needs.split() == list(spec.needs)
    assert outcomes.split() == list(spec.outcomes)
    assert fills.split() == list(spec.gives)
    assert row.endswith("| yes |" if spec.verified else "| no |")


def test_no_operation_is_made_up() -> None:
    named = {cells(line)[0] for line in OPERATIONS.splitlines() if line.startswith("| `")}
    assert named == set(SPECS)
