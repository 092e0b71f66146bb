"""WAV files are read as they were written, by us and by others; hostile ones are refused."""

import io
import struct
import wave

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.audio import wav
from ivr.errors import AudioError

PCM = st.binary(max_size=400).map(lambda data: data[: len(data) // 4 * 4])


@given(PCM, st.sampled_from([1, 2]), st.sampled_from([8000, 16000, 44100]))
def test_what_was_written_is_read(pcm: bytes, channels: int, rate_hz: int) -> None:
    file = wav.encode(pcm, channels=channels, rate_hz=rate_hz)
    assert wav.decode(file) == wav.Wav(rate_hz, channels, pcm)


@given(PCM, st.sampled_from([1, 2]))
def test_others_read_what_we_write(pcm: bytes, channels: int) -> None:
    with wave.open(io.BytesIO(wav.encode(pcm, channels=channels))) as read:
        assert (read.getframerate(), read.getnchannels(), read.getsampwidth()) == (
            8000,
            channels,
            2,
        )
        assert read.readframes(10_000) == pcm


@given(PCM)
def test_we_read_what_others_write(pcm: bytes) -> None:
    file = io.BytesIO()
    with wave.open(file, "wb") as write:
        write.setparams((2, 2, 8000, 0, "NONE", "not compressed"))
        write.writeframes(pcm)
    assert wav.decode(file.getvalue()) == wav.Wav(8000, 2, pcm)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_wav_file_or_an_audio_error(data: bytes) -> None:
    for file in (data, b"RIFF\0\0\0\0WAVE" + data, wav.header(400)[:36] + data):
        try:
            read = wav.decode(file)
        except AudioError:
            continue
        assert len(read.pcm) % (2 * read.channels) == 0
        assert len(read.pcm) <= len(file)


def test_chunks_of_no_interest_are_skipped() -> None:
    file = wav.encode(b"\1\0\2\0")
    odd = b"LIST" + struct.pack("<I", 3) + b"abc\0"
    assert wav.decode(file[:12] + odd + file[12:] + odd).pcm == b"\1\0\2\0"


def test_a_file_cut_short_gives_its_whole_frames() -> None:
    file = wav.encode(b"\1\0\2\0\3\0\4\0", channels=2)
    assert wav.decode(file[:-1]).pcm == b"\1\0\2\0"


@pytest.mark.parametrize(
    ("file", "what"),
    [
        (b"", "no RIFF WAVE header"),
        (b"OggS" + bytes(100), "no RIFF WAVE header"),
        (wav.header(0)[:36], "without samples"),
        (wav.header(0)[:12] + b"data" + bytes(4), "samples before their format"),
        (wav.header(0)[:12] + b"fmt " + struct.pack("<I", 4) + bytes(4), "cut short"),
        (wav.encode(b"")[:20] + b"\7\0" + wav.encode(b"")[22:], "format 7"),
        (wav.encode(b"")[:34] + b"\x18\0" + wav.encode(b"")[36:], "24 bits"),
        (wav.encode(b"")[:22] + b"\0\0" + wav.encode(b"")[24:], "no channels"),
    ],
)
def test_a_file_of_another_kind_is_refused_with_the_reason(file: bytes, what: str) -> None:
    with pytest.raises(AudioError, match=what):
        wav.decode(file)


def test_two_channels_take_turns() -> None:
    assert wav.interleave(b"\1\0\2\0", b"\3\0\4\0") == b"\1\0\3\0\2\0\4\0"
