from array import array

import pytest

from ivr.audio.g711 import decode_alaw, decode_ulaw, encode_alaw, encode_ulaw

EVERY_CODE = bytes(range(256))


def samples(pcm: bytes) -> list[int]:
    return array("h", pcm).tolist()


def test_ulaw_expands_to_the_levels_of_the_standard() -> None:
    assert samples(decode_ulaw(b"\x00\x7f\x80\xff\xf0\x8f")) == [-32124, 0, 32124, 0, 120, 16764]


def test_alaw_expands_to_the_levels_of_the_standard() -> None:
    assert samples(decode_alaw(b"\xd5\x55\x80\x00\xaa\x2a")) == [8, -8, 5504, -5504, 32256, -32256]


def test_ulaw_codes_survive_a_round_trip_except_the_second_zero() -> None:
    again = encode_ulaw(decode_ulaw(EVERY_CODE))
    assert [code for code in range(256) if again[code] != code] in ([0x7F], [0xFF])


def test_alaw_codes_survive_a_round_trip() -> None:
    assert encode_alaw(decode_alaw(EVERY_CODE)) == EVERY_CODE


@pytest.mark.parametrize("law", ["ulaw", "alaw"])
def test_no_sample_moves_by_more_than_half_a_step(law: str) -> None:
    coders = {"ulaw": (encode_ulaw, decode_ulaw), "alaw": (encode_alaw, decode_alaw)}
    encode, decode = coders[law]
    before = list(range(-32000, 32001, 7))
    after = samples(decode(encode(array("h", before).tobytes())))
    assert all(abs(a - b) <= max(16, abs(b) / 29) for a, b in zip(after, before, strict=True))


def test_the_loudest_samples_are_clipped_not_wrapped() -> None:
    loud = array("h", [32767, -32768]).tobytes()
    assert samples(decode_ulaw(encode_ulaw(loud))) == [32124, -32124]
    assert samples(decode_alaw(encode_alaw(loud))) == [32256, -32256]


def test_nothing_stays_nothing() -> None:
    assert encode_ulaw(b"") == decode_ulaw(b"") == encode_alaw(b"") == decode_alaw(b"") == b""
