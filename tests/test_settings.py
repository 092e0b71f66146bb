import contextlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.errors import SettingsError
from ivr.settings import Settings
from ivr.settings_file import load

EXAMPLE = """
data = "state"
log_level = "warning"

[line]
address = "127.0.0.1"
port = 5070
media_timeout = 15
overflow = "sip:frontdesk@127.0.0.1"

[[line.trunks]]
name = "acme"
addresses = ["127.0.0.1/32"]

[[handoff.agents]]
name = "Dana"
uri = "sip:dana@127.0.0.1:5090"
queues = ["pharmacy"]

[speech]
model = "models/big"
"""


def _load(folder: Path, text: str) -> Settings:
    file = folder / "settings.toml"
    file.write_text(text)
    return load(file)


def test_settings_are_read_whole(tmp_path: Path) -> None:
    found = _load(tmp_path, EXAMPLE)
    assert found.line.media_timeout == 15.0
    assert found.line.trunks[0].addresses == ("127.0.0.1/32",)
    assert found.handoff.agents[0].queues == ("pharmacy",)


def test_relative_paths_are_the_files_own(tmp_path: Path) -> None:
    found = _load(tmp_path, EXAMPLE)
    assert found.data_folder == tmp_path / "state"
    assert Path(found.speech.model) == tmp_path / "models" / "big"


def test_no_file_gives_the_defaults() -> None:
    assert load(None) == Settings()


@pytest.mark.parametrize(
    ("text", "setting"),
    [
        ("lines = 1", "lines"),
        ("[line]\nport = 'five'", "line.port"),
        ("[line]\nport = 70000", "line.port"),
        ("[line]\nport = true", "line.port"),
        ("[line]\nmedia_timeout = -1", "line.media_timeout"),
        ("[speech]\nengine = 'magic'", "speech.engine"),
        ("[line]\ncodecs = 'PCMU'", "line.codecs"),
        ("[[handoff.agents]]\nname = 'Dana'", "handoff.agents[0]"),
        ("[line]\noutbound = 'sip:carrier.example'", "line.outbound"),
        ("[handoff]\nmay_dial = ['212555*', '*']", "handoff.may_dial[1]"),
        ("[handoff]\nmay_dial = ['21*']", "handoff.may_dial[0]"),
        ("[handoff]\nmay_dial = ['1212555014*']", "handoff.may_dial[0]"),
        ("[handoff]\nmay_dial = ['21255501423']", "handoff.may_dial[0]"),
        ("[handoff]\nmay_dial = ['2125550142*']", "handoff.may_dial[0]"),
        ("line = 3", "line"),
        ("data = [", "settings.toml"),
    ],
)
def test_a_mistake_names_the_setting(text: str, setting: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        _load(tmp_path, text)
    assert setting in caught.value.setting


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no readable file"):
        load(tmp_path / "nowhere.toml")


def test_a_password_is_never_in_an_error_or_a_repr(tmp_path: Path) -> None:
    text = "[[line.trunks]]\nname = 'acme'\npassword = 'hunter2'\n"
    assert "hunter2" not in repr(_load(tmp_path, text))
    with pytest.raises(SettingsError) as caught:
        _load(tmp_path, text + "secret = 'hunter2'\n")
    assert "hunter2" not in str(caught.value)


@given(st.text(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_settings_or_a_settings_error(tmp_path: Path, text: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(text, encoding="utf-8", errors="replace")
    with contextlib.suppress(SettingsError):
        assert isinstance(load(file), Settings)
