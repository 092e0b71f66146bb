"""A prompt that was recorded in a studio, heard on a call."""

import shutil
from pathlib import Path

import pytest
import yaml

from ivr.speech.recorded import text_hash
from tests.audio.test_studio import take
from tests.line.conftest import NewLine
from tests.line.hearing import hears
from tests.speech.test_recorded import keep, manifest
from tests.support.need import ROOT
from tests.support.phone import Phone

pytestmark = pytest.mark.line

TONE_HZ = 997.0  # what the takes of these tests consist of


def welcome() -> str:
    text = (ROOT / "flows" / "main_menu.yaml").read_text(encoding="utf-8")
    return " ".join(yaml.safe_load(text)["states"]["welcome"]["say"].split())


def test_callers_hear_what_was_recorded_and_broken_recordings_are_synthesised(
    new_line: NewLine, tmp_path: Path
) -> None:
    for language in ("en", "es"):
        shutil.copy(ROOT / "prompts" / f"{language}.yaml", tmp_path)
    keep(tmp_path, "welcome.wav", take())
    manifest(
        tmp_path,
        (f'"{welcome()}"', "welcome.wav", text_hash(welcome())),
        ("Never mind.", "gone.wav", text_hash("Never mind.")),
    )
    with new_line({"flows": {"prompts": str(tmp_path)}}) as line, Phone(line.port) as phone:
        hears(phone, TONE_HZ)
        line.await_call(state="main_menu.menu")
        assert "recorded prompt not as it should be" in line.log_text
