"""`ivr flow test`, as it is typed."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from ivr.cli.main import main
from tests.support.need import ROOT
from tests.support.waiting import until

RUN = "import sys; from ivr.cli.main import main; sys.exit(main())"
KEEP_WATCHING = 30.0  # seconds; a test of the small line takes one


@pytest.fixture
def flows(tmp_path: Path) -> Path:
    """The shipped flows, to be broken."""
    shutil.copytree(ROOT / "flows", tmp_path / "flows")
    return tmp_path / "flows"


def test_the_shipped_flows_are_covered_by_their_scenarios(
    capsys: pytest.CaptureFixture[str],
) -> None:
    status = main(["flow", "test", str(ROOT / "flows"), "--coverage", "--threshold", "100"])
    out = capsys.readouterr().out
    assert status == 0, out
    assert "no scenario reaches" not in out
    assert max(map(len, out.splitlines())) <= 80


def test_what_is_not_covered_fails_and_is_told_with_a_scenario_for_it(
    flows: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (flows / "scenarios/rare/insurance_unknown.call").unlink()
    assert main(["flow", "test", str(flows)]) == 0
    assert main(["flow", "test", str(flows), "--threshold", "98"]) == 0
    capsys.readouterr()
    assert main(["flow", "test", str(flows), "--threshold", "100"]) == 1
    out = capsys.readouterr().out
    assert "eligibility.look_up: unknown -> unknown" in out
    assert "states and transitions: less than 100 % is covered" in out
    skeleton = out[out.index("# flows/scenarios/eligibility_1.call") :].partition("\n\n")[0]
    (flows / "scenarios/unknown.call").write_text(skeleton, encoding="utf-8")
    assert main(["flow", "test", str(flows), "--threshold", "100"]) == 0


def test_a_changed_flow_fails_the_scenario_that_expected_the_old_one(
    flows: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    refill = flows / "refill_status.yaml"
    text = refill.read_text(encoding="utf-8")
    refill.write_text(text.replace("Your refill is ready", "You can fetch it"), encoding="utf-8")
    assert main(["flow", "test", str(flows / "scenarios"), "--settings", _settings(flows)]) == 1
    out = capsys.readouterr().out
    assert f"{flows}/scenarios/refill_ready_by_keys.call:12" in " ".join(out.split())
    assert "expected  hears: Your refill is ready" in out


def test_single_scenarios_are_performed_alone(capsys: pytest.CaptureFixture[str]) -> None:
    file = ROOT / "flows/scenarios/nobody_message.call"
    assert main(["flow", "test", str(file)]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("1 of 1 scenario came true")


def test_mistakes_in_scenarios_are_listed_and_end_with_two(
    flows: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (flows / "scenarios/wrong.call").write_text("title: t\nsteps: [hear: x]\n", encoding="utf-8")
    assert main(["flow", "test", str(flows)]) == 2
    assert "wrong.call:2:9: unknown-key" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nowhere.call"], "nowhere.call, which is not there"),
        (["--line", "sip:line@127.0.0.1"], "--sip --line URI"),
        (["--sip", "--coverage"], "--coverage"),
    ],
)
def test_what_makes_no_sense_is_refused(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["flow", "test", *arguments]) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("share", ["101", "-1", "many"])
def test_a_threshold_is_a_percentage(share: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["flow", "test", f"--threshold={share}"])
    assert "is no percentage" in capsys.readouterr().err


def test_scripts_get_json_and_ci_gets_junit(
    flows: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(flows / "scenarios/rare")
    report = tmp_path / "report.xml"
    assert main(["flow", "test", str(flows), "--json", "--junit", str(report)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["ok"] is True
    assert {flow["flow"] for flow in found["coverage"]} >= {"main_menu", "refill_status"}
    assert any(flow["missing"] for flow in found["coverage"])
    (suite,) = ET.parse(report).getroot()  # noqa: S314 - written by the line above
    assert len(suite) == len(found["scenarios"]) == int(suite.get("tests", "0"))


def test_a_junit_file_that_cannot_be_written_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = ROOT / "flows/scenarios/nobody_message.call"
    nowhere = tmp_path / "nowhere" / "report.xml"
    assert main(["flow", "test", str(file), "--junit", str(nowhere)]) == 2
    assert str(nowhere) in capsys.readouterr().err


def test_a_watched_flow_is_tested_again_when_it_changes(flows: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = [sys.executable, "-c", RUN, "flow", "test", str(flows), "--watch"]
    with (
        out.open("wb") as file,
        subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT) as watching,
    ):
        try:
            _until_told(out, "waiting for a change", times=1)
            menu = flows / "main_menu.yaml"
            text = menu.read_text(encoding="utf-8")
            menu.write_text(text.replace("next: menu", "next: manu"), encoding="utf-8")
            _until_told(out, "there is no state manu", times=1)
            menu.write_text(text, encoding="utf-8")
            _until_told(out, "generated came true", times=2)
        finally:
            watching.terminate()


def _until_told(out: Path, what: str, *, times: int) -> None:
    until(
        lambda: out.read_text(encoding="utf-8").count(what) >= times,
        within=KEEP_WATCHING,
        every=0.05,
        what=what,
    )


def _settings(flows: Path) -> str:
    file = flows.parent / "settings.toml"
    file.write_text(f'[flows]\nfolder = "{flows}"\n', encoding="utf-8")
    return str(file)
