"""The cache in front of a speaker: what it saves, what it never keeps, how it fails."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.errors import SpeechError
from ivr.speech import cached
from ivr.speech.cached import CachedSpeaker, pack, unpack

PRIVATE = "Your appointment is on May second, Zebulon Testpatient."


class Inner:
    """Speaks each text as its own UTF-16, and counts."""

    def __init__(self, *, voice: str = "anybody") -> None:
        self.spoken: list[str] = []
        self.voice = voice
        self.broken = False

    def voice_key(self, *, language: str, slow: bool) -> str:
        return f"{self.voice}|{language}|{slow}"

    async def render(
        self, text: str, *, language: str = "en", cacheable: bool = True, slow: bool = False
    ) -> bytes:
        del language, cacheable, slow
        if self.broken:
            raise SpeechError("inner", "it broke", retryable=True)
        self.spoken.append(text)
        return text.encode("utf-16-le")


def play(*steps: Callable[[], Awaitable[object]]) -> None:
    async def run() -> None:
        for step in steps:
            await step()

    asyncio.run(run())


def test_a_prompt_is_rendered_once_also_after_a_restart(tmp_path: Path) -> None:
    inner = Inner()
    first, restarted = CachedSpeaker(inner, tmp_path), CachedSpeaker(inner, tmp_path)
    play(
        lambda: first.render("Hello."),
        lambda: first.render("Hello."),
        lambda: restarted.render("Hello."),
    )
    assert inner.spoken == ["Hello."]


def test_voice_language_and_pace_each_have_their_own_sound(tmp_path: Path) -> None:
    inner = Inner()
    speaker = CachedSpeaker(inner, tmp_path)
    other = CachedSpeaker(Inner(voice="other"), tmp_path)
    play(
        lambda: speaker.render("Hello."),
        lambda: speaker.render("Hello.", slow=True),
        lambda: speaker.render("Hello.", language="es"),
        lambda: other.render("Hello."),
    )
    assert len(inner.spoken) == 3
    assert len(list(tmp_path.iterdir())) == 4


def test_a_patients_data_is_kept_nowhere(tmp_path: Path) -> None:
    inner = Inner()
    speaker = CachedSpeaker(inner, tmp_path)
    play(*[lambda: speaker.render(PRIVATE, cacheable=False)] * 2)
    assert inner.spoken == [PRIVATE, PRIVATE]
    assert list(tmp_path.iterdir()) == []
    assert not speaker._memory


def test_file_names_and_rights_tell_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    speaker = CachedSpeaker(Inner(), folder)
    play(lambda: speaker.render("Hello."))
    (file,) = folder.iterdir()
    assert "hello" not in file.name.lower()
    assert file.stat().st_mode & 0o077 == 0
    assert folder.stat().st_mode & 0o077 == 0


@given(st.data())
def test_a_damaged_file_is_recognised(data: st.DataObject) -> None:
    whole = pack(b"some samples")
    at = data.draw(st.integers(0, len(whole) - 1))
    flip = data.draw(st.integers(1, 255))
    assert unpack(whole) == b"some samples"
    assert unpack(whole[:at] + bytes([whole[at] ^ flip]) + whole[at + 1 :]) is None
    assert unpack(whole[:at]) is None


def test_a_damaged_file_is_rendered_again_and_repaired(tmp_path: Path) -> None:
    inner = Inner()
    play(lambda: CachedSpeaker(inner, tmp_path).render("Hello."))
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:-3])
    play(lambda: CachedSpeaker(inner, tmp_path).render("Hello."))
    play(lambda: CachedSpeaker(inner, tmp_path).render("Hello."))
    assert inner.spoken == ["Hello.", "Hello."]


@pytest.mark.parametrize("place", ["/proc/no/such", "/dev/full/cache"])
def test_without_a_usable_folder_only_the_disk_cache_is_lost(
    place: str, caplog: pytest.LogCaptureFixture
) -> None:
    inner = Inner()
    speaker = CachedSpeaker(inner, Path(place))
    play(*[lambda: speaker.render("Hello.")] * 2, lambda: speaker.render("Goodbye."))
    assert inner.spoken == ["Hello.", "Goodbye."]
    assert caplog.messages == ["the speech cache is unusable, prompts are rendered each time"]


def test_a_full_disk_leaves_no_half_written_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    play(lambda: CachedSpeaker(Inner(), tmp_path).render("Hello."))
    assert list(tmp_path.iterdir()) == []


def test_the_memory_is_bounded_and_forgets_the_oldest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cached, "MAX_MEMORY", 100)
    speaker = CachedSpeaker(Inner(), tmp_path)
    play(*(lambda n=n: speaker.render(f"Text number {n}.") for n in range(10)))
    assert speaker._memory_bytes == sum(map(len, speaker._memory.values())) <= 100
    assert "Text number 9.".encode("utf-16-le") in speaker._memory.values()


def test_prewarming_renders_each_text_and_stops_at_trouble(tmp_path: Path) -> None:
    inner = Inner()
    speaker = CachedSpeaker(inner, tmp_path)
    play(lambda: speaker.prewarm(["One.", "Two.", "One."]))
    assert inner.spoken == ["One.", "Two."]
    inner.broken = True
    with pytest.raises(SpeechError):
        play(lambda: speaker.prewarm(["Three."]))
