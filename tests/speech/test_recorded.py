"""Studio recordings in front of the synthesiser: what is played, what is left out and told."""

import asyncio
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.audio import wav
from ivr.audio.loudness import integrated_loudness
from ivr.audio.pcm import SAMPLE_RATE_HZ, duration
from ivr.speech.recorded import GAP, RecordedSpeaker, load_sounds, read_manifest, text_hash
from tests.audio.test_studio import take

WELCOME = "Thank you for calling."
MENU = "How can I help?"


class Inner:
    """Says how it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, bool, bool]] = []

    async def render(
        self, text: str, *, language: str = "en", cacheable: bool = True, slow: bool = False
    ) -> bytes:
        del language
        self.asked.append((text, cacheable, slow))
        return b"synthesised"

    async def prewarm(self, texts: Iterable[str], *, language: str = "en") -> None:
        for text in texts:
            await self.render(text, language=language)


def spoken(text: str, *, cacheable: bool = True, slow: bool = False, language: str = "en") -> bytes:
    sounds = {"en": {WELCOME: b"one", MENU: b"two", "How can": b"no"}}
    speaker = RecordedSpeaker(Inner(), sounds)
    return asyncio.run(speaker.render(text, cacheable=cacheable, slow=slow, language=language))


def test_a_recorded_prompt_is_played() -> None:
    assert spoken(WELCOME) == b"one"
    assert spoken("Thank  you\n for calling.") == b"one"


def test_prompts_said_in_one_breath_are_played_one_after_the_other() -> None:
    assert spoken(f"{WELCOME} {MENU}") == b"one" + GAP + b"two"


@pytest.mark.parametrize("text", ["Goodbye.", f"{WELCOME} Goodbye.", f"Hello. {MENU}", "", " "])
def test_what_was_not_recorded_whole_is_synthesised(text: str) -> None:
    assert spoken(text) == b"synthesised"


def test_what_is_private_slower_or_in_another_language_is_synthesised() -> None:
    assert spoken(WELCOME, cacheable=False) == b"synthesised"
    assert spoken(WELCOME, slow=True) == b"synthesised"
    assert spoken(WELCOME, language="es") == b"synthesised"


def test_only_what_was_not_recorded_is_rendered_ahead() -> None:
    inner = Inner()
    speaker = RecordedSpeaker(inner, {"en": {WELCOME: b"one"}})
    asyncio.run(speaker.prewarm([WELCOME, MENU]))
    assert inner.asked == [(MENU, True, False)]


def manifest(folder: Path, *entries: tuple[str, str, str]) -> Path:
    """Write a manifest of text, file and hash, and return it."""
    language = folder / "en"
    language.mkdir(exist_ok=True)
    lines = ["recordings:"]
    for text, file, digest in entries:
        lines += [f"  - text: {text}", f"    file: {file}", f'    hash: "{digest}"']
    path = language / "manifest.yaml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def keep(folder: Path, name: str, sound: wav.Wav) -> None:
    content = wav.encode(sound.pcm, channels=sound.channels, rate_hz=sound.rate_hz)
    (folder / "en").mkdir(exist_ok=True)
    (folder / "en" / name).write_bytes(content)


def test_a_recording_is_read_at_the_rate_of_the_line(tmp_path: Path) -> None:
    keep(tmp_path, "welcome.wav", take())
    manifest(tmp_path, (WELCOME, "welcome.wav", text_hash(WELCOME)))
    sounds, wrong = load_sounds(tmp_path)
    assert wrong == ()
    assert duration(sounds["en"][WELCOME]) == pytest.approx(2.2, abs=0.01)


def test_a_recording_is_played_as_loud_as_what_is_synthesised(tmp_path: Path) -> None:
    keep(tmp_path, "welcome.wav", take())
    keep(tmp_path, "menu.wav", take(lufs=-3.01))
    manifest(
        tmp_path, (WELCOME, "welcome.wav", text_hash(WELCOME)), (MENU, "menu.wav", text_hash(MENU))
    )
    sounds, _ = load_sounds(tmp_path)
    found = integrated_loudness(sounds["en"][WELCOME], rate_hz=SAMPLE_RATE_HZ)
    assert found == pytest.approx(-19, abs=0.2)
    loudest = np.abs(np.frombuffer(sounds["en"][MENU], "<i2").astype(int)).max()
    assert loudest > 32000
    assert integrated_loudness(sounds["en"][MENU], rate_hz=SAMPLE_RATE_HZ) < -3


def test_a_changed_wording_is_noticed_and_not_played(tmp_path: Path) -> None:
    keep(tmp_path, "welcome.wav", take())
    manifest(tmp_path, ("Thanks for calling.", "welcome.wav", text_hash(WELCOME)))
    sounds, (wrong,) = load_sounds(tmp_path)
    assert sounds["en"] == {}
    assert (wrong.line, wrong.rule) == (2, "recording-wording")
    assert text_hash("Thanks for calling.") in wrong.hint


def test_a_recording_that_is_too_loud_is_told_and_played(tmp_path: Path) -> None:
    keep(tmp_path, "welcome.wav", take(lufs=-15))
    manifest(tmp_path, (WELCOME, "welcome.wav", text_hash(WELCOME)))
    sounds, (wrong,) = load_sounds(tmp_path)
    assert WELCOME in sounds["en"]
    assert "welcome.wav is at -15.1 LUFS" in wrong.message


def test_what_cannot_be_played_is_told_and_left_out(tmp_path: Path) -> None:
    keep(tmp_path, "stereo.wav", wav.Wav(48000, 2, take().pcm))
    (tmp_path / "en" / "text.wav").write_text("no sound", encoding="utf-8")
    manifest(
        tmp_path,
        ("One.", "stereo.wav", text_hash("One.")),
        ("Two.", "text.wav", text_hash("Two.")),
        ("Three.", "gone.wav", text_hash("Three.")),
    )
    sounds, wrong = load_sounds(tmp_path)
    assert sounds["en"] == {}
    assert [error.message.split(":")[0] for error in wrong] == [
        "stereo.wav has 2 channels",
        "text.wav is not a WAV file",
        "gone.wav cannot be read",
    ]


@pytest.mark.parametrize("file", ["../secret.wav", "/etc/passwd", "welcome.mp3", ".wav"])
def test_a_recording_lies_beside_its_manifest(tmp_path: Path, file: str) -> None:
    path = manifest(tmp_path, (WELCOME, file, text_hash(WELCOME)))
    recordings, (wrong,) = read_manifest(path)
    assert recordings == ()
    assert "beside the manifest" in wrong.message


def test_the_same_words_twice_are_a_mistake(tmp_path: Path) -> None:
    digest = text_hash(WELCOME)
    path = manifest(tmp_path, (WELCOME, "a.wav", digest), (WELCOME, "b.wav", digest))
    recordings, (wrong,) = read_manifest(path)
    assert [recording.file for recording in recordings] == ["a.wav"]
    assert "here already" in wrong.message


@pytest.mark.parametrize(
    "text", ["", "recordings: no", "- a", "recordings: [x, {text: y}]", "\x00"]
)
def test_a_broken_manifest_is_told_with_its_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "manifest.yaml"
    path.write_text(text, encoding="utf-8")
    recordings, wrong = read_manifest(path)
    assert recordings == ()
    assert wrong or not text
    assert all(error.line >= 1 for error in wrong)


@given(st.binary(max_size=400))
def test_any_file_is_a_manifest_or_mistakes(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "manifest.yaml"
    path.write_bytes(content)
    read_manifest(path)


def test_without_manifests_nothing_is_recorded_and_nothing_is_wrong(tmp_path: Path) -> None:
    assert load_sounds(tmp_path) == ({}, ())
    assert load_sounds(tmp_path / "nowhere") == ({}, ())
