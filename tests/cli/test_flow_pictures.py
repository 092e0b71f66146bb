"""`ivr flow show`, `say` and `script`, and `ivr prompts`, as they are typed."""

import asyncio
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.audio import wav
from ivr.cli.main import main
from ivr.records.calls import CallBook
from ivr.speech.recorded import text_hash
from ivr.story.calls import CallOutcome, CallRow
from tests.audio.test_studio import take
from tests.flows.shipped import ROOT, book
from tests.speech.test_recorded import keep, manifest
from tests.support.need import need_program

STARTED = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
CALL = "00c0ffee"
PATH = ("main_menu.welcome", "main_menu.menu", "main_menu.refill", "refill_status.known")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with flows and wording of its own, in which commands are typed."""
    for name in ("flows", "prompts"):
        shutil.copytree(ROOT / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def keep_call(place: Path) -> None:
    async def write() -> None:
        calls = CallBook(place / ".data" / "calls.db")
        await calls.start()
        calls.keep(
            CallRow(
                call=CALL,
                started=STARTED,
                ended=STARTED,
                flow="main_menu",
                version=book().version,
                path=PATH,
                outcome=CallOutcome.ABANDONED,
            )
        )
        await calls.close()

    (place / ".data").mkdir()
    asyncio.run(write())


def test_a_flow_is_drawn_beside_the_one_who_asks(place: Path) -> None:
    need_program("dot", package="graphviz")
    assert main(["flow", "show", "main_menu"]) == 0
    assert "<svg" in (place / "main_menu.svg").read_text(encoding="utf-8")


def test_mermaid_needs_no_program(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert main(["flow", "show", "main_menu", "--prompts", "--out", "a/b.mmd"]) == 0
    assert "How can I help?" in (place / "a" / "b.mmd").read_text(encoding="utf-8")


def test_without_graphviz_the_way_out_is_told(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    assert main(["flow", "show", "main_menu"]) == 2
    told = capsys.readouterr().err
    assert "apt-get install graphviz" in told
    assert "--out main_menu.mmd" in told
    assert not list(place.glob("*.svg"))


@pytest.mark.usefixtures("place")
def test_a_picture_of_another_kind_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["flow", "show", "main_menu", "--out", "a.gif"]) == 2
    assert ".svg, .png, .mmd" in capsys.readouterr().err


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("command", ["show", "say", "script"])
def test_a_misspelt_flow_is_guessed(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["flow", command, "main_meny"]) == 2
    assert "did you mean main_menu?" in capsys.readouterr().err


def test_the_way_of_a_scenario_is_shown(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scenario = "flows/scenarios/refill_ready.call"
    assert main(["flow", "show", "refill_status", "--scenario", scenario, "--out", "r.mmd"]) == 0
    assert "The way of refill_ready.call" in capsys.readouterr().out
    assert "step 1" in (place / "r.mmd").read_text(encoding="utf-8")


def test_a_scenario_that_passes_elsewhere_says_where(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scenario = "flows/scenarios/refill_ready.call"
    assert main(["flow", "show", "eligibility", "--scenario", scenario, "--out", "r.mmd"]) == 0
    assert "only through main_menu, refill_status" in capsys.readouterr().out
    assert "step" not in (place / "r.mmd").read_text(encoding="utf-8")


@pytest.mark.usefixtures("place")
def test_coverage_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["flow", "show", "main_menu", "--coverage", "--out", "c.mmd"]) == 0
    assert "Scenarios reach 7 of 7 boxes" in capsys.readouterr().out


def test_the_way_of_a_call_is_shown(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep_call(place)
    assert main(["flow", "show", "main_menu", "--call", CALL, "--out", "c.mmd"]) == 0
    assert f"The way of call {CALL}" in capsys.readouterr().out
    assert "step 2" in (place / "c.mmd").read_text(encoding="utf-8")


def test_a_call_that_nobody_made_is_told(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["flow", "show", "main_menu", "--call", CALL, "--out", "c.mmd"]) == 2
    assert "which the call book does not have" in capsys.readouterr().err
    keep_call(place)
    assert main(["flow", "show", "main_menu", "--call", "0badcafe", "--out", "c.mmd"]) == 2


def test_traffic_is_counted_and_looking_at_it_marks_nobody_as_crashed(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep_call(place)
    for _ in range(2):
        assert main(["flow", "show", "refill_status", "--traffic", "--out", "t.mmd"]) == 0
        assert "1 call came through this flow, since 2026-11-02" in capsys.readouterr().out
    assert "1 hung up" in (place / "t.mmd").read_text(encoding="utf-8")


def test_prompts_are_spoken_into_files_with_a_list(place: Path) -> None:
    assert main(["flow", "say", "refill_status", "ready"]) == 0
    (file,) = (place / "refill_status-prompts").glob("*.wav")
    sound = wav.decode(file.read_bytes())
    assert len(sound.pcm) > sound.rate_hz
    listed = (place / "refill_status-prompts" / "list.txt").read_text(encoding="utf-8")
    assert f"{file.name}  " in listed
    assert "Your refill is ready at Cedar Street Pharmacy." in listed


def test_prompts_are_played_one_after_the_other(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    player = place / "bin" / "aplay"
    player.parent.mkdir()
    player.write_text('#!/bin/sh\n/bin/wc -c < "$2" >> played\n', encoding="utf-8")
    player.chmod(0o755)
    monkeypatch.setenv("PATH", str(player.parent))
    assert main(["flow", "say", "main_menu", "welcome", "--play"]) == 0
    assert int((place / "played").read_text(encoding="utf-8")) > 16000
    assert "welcome, said: Thank you for calling" in capsys.readouterr().out
    assert not list(place.glob("*-prompts"))


@pytest.mark.usefixtures("place")
def test_without_a_player_the_way_out_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    assert main(["flow", "say", "main_menu", "welcome", "--play"]) == 2
    assert "--out FOLDER" in capsys.readouterr().err


@pytest.mark.usefixtures("place")
def test_a_misspelt_state_is_guessed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["flow", "say", "main_menu", "welcom"]) == 2
    assert "did you mean welcome?" in capsys.readouterr().err


def test_the_sheet_of_all_flows_is_written_with_the_lines_own_words(place: Path) -> None:
    assert main(["flow", "script"]) == 0
    page = (place / "script.html").read_text(encoding="utf-8")
    assert page.count("<section>") == len(book().flows) + 1
    assert main(["flow", "script", "main_menu", "--out", "m.html"]) == 0
    assert (place / "m.html").read_text(encoding="utf-8").count("<section>") == 1


@pytest.mark.usefixtures("place")
def test_what_is_missing_can_be_pasted_into_a_manifest_and_then_is_checked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["prompts", "missing"]) == 0
    listed = capsys.readouterr().out
    (Path("prompts") / "en").mkdir()
    (Path("prompts") / "en" / "manifest.yaml").write_text(listed, encoding="utf-8")
    assert main(["prompts", "check"]) == 1
    told = capsys.readouterr().out
    assert told.count("cannot be read") == listed.count("- text:")
    assert "en: 0 of " in told


def test_recordings_are_counted_and_orphans_told(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = "Is there anything else I can help with?"
    keep(place / "prompts", "else.wav", take())
    keep(place / "prompts", "old.wav", take())
    manifest(place / "prompts", (said, "else.wav", text_hash(said)))
    assert main(["prompts", "check"]) == 0
    assert "en: 1 of " in capsys.readouterr().out
    old = "Is there anything else?"
    entries = (said, "else.wav", text_hash(said)), (old, "old.wav", text_hash(old))
    manifest(place / "prompts", *entries)
    assert main(["prompts", "check"]) == 1
    assert "nothing says the words of old.wav any more" in capsys.readouterr().out


def test_a_recording_is_what_flow_say_plays(place: Path) -> None:
    said = "Is there anything else I can help with?"
    keep(place / "prompts", "else.wav", take())
    manifest(place / "prompts", (said, "else.wav", text_hash(said)))
    assert main(["flow", "say", "main_menu", "anything_else", "--out", "sounds"]) == 0
    listed = (place / "sounds" / "list.txt").read_text(encoding="utf-8")
    assert "-asked.wav  2.2 s  asked" in listed
