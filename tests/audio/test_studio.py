import pytest

from ivr.audio.studio import flaws, unfit
from ivr.audio.wav import Wav
from tests.audio.test_loudness import ONE_CHANNEL, sine

RATE_HZ = 48000


def take(*, lufs: float = -23.0, before: float = 0.1, after: float = 0.1) -> Wav:
    """
    Give a take of a tone that is as loud as it should be, unless told otherwise.

    The blocks at its ends, which are partly silent, make it softer by 0.1 LU.
    """
    tone = sine(dbfs=lufs - ONE_CHANNEL, seconds=2, rate_hz=RATE_HZ)
    return Wav(RATE_HZ, 1, silence(before) + tone + silence(after))


def silence(seconds: float) -> bytes:
    return bytes(2 * round(seconds * RATE_HZ))


def test_a_good_take_has_no_flaw() -> None:
    assert unfit(take()) == ""
    assert list(flaws(take())) == []


@pytest.mark.parametrize("lufs", [-22.2, -23.8])
def test_within_one_lu_is_loud_enough(lufs: float) -> None:
    assert list(flaws(take(lufs=lufs))) == []


@pytest.mark.parametrize(
    ("lufs", "advice"), [(-19.0, "lower it by 3.9 dB"), (-28.0, "raise it by 5.1 dB")]
)
def test_a_take_that_is_too_loud_or_too_quiet_is_told_how_much(lufs: float, advice: str) -> None:
    (flaw,) = flaws(take(lufs=lufs))
    assert flaw == f"is at {lufs - 0.1:.1f} LUFS, not at -23 within 1: {advice}"


def test_a_clipped_take_is_told_where() -> None:
    good = take().pcm
    at = 2 * RATE_HZ  # bytes; one second in
    clipped = Wav(RATE_HZ, 1, good[:at] + b"\xff\x7f" * 4 + good[at + 8 :])
    (flaw,) = flaws(clipped)
    assert flaw.startswith("is clipped at 1.00 s")


def test_a_single_peak_is_no_clipping() -> None:
    good = take().pcm
    peak = Wav(RATE_HZ, 1, good[:96000] + b"\x00\x80" + good[96002:])
    assert list(flaws(peak)) == []


def test_long_silences_at_both_ends_are_told() -> None:
    found = list(flaws(take(before=0.6, after=1.0)))
    assert [flaw.split(":")[0] for flaw in found] == [
        "begins with 0.60 s of silence",
        "ends with 1.00 s of silence",
    ]


def test_a_take_that_is_cut_at_its_ends_is_told() -> None:
    found = list(flaws(take(before=0, after=0)))
    assert [flaw.split(",")[0] for flaw in found] == [
        "begins without a silence",
        "ends without a silence",
    ]


@pytest.mark.parametrize(
    ("wav", "why"),
    [
        (Wav(RATE_HZ, 2, take().pcm), "has 2 channels"),
        (Wav(11025, 1, take().pcm), "is sampled at 11025 Hz"),
        (Wav(1, 1, take().pcm), "is sampled at 1 Hz"),
        (Wav(RATE_HZ, 1, silence(1)), "is silent"),
        (Wav(RATE_HZ, 1, b""), "is silent"),
    ],
)
def test_what_cannot_be_played_is_told_why(wav: Wav, why: str) -> None:
    assert unfit(wav).startswith(why)
