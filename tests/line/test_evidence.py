"""What is told of a real call: a telephone of known level and noise, and the facts read back."""

import numpy as np
import pytest

from ivr.dialog.turns import Answered, Judged
from ivr.records.reading import reading, story
from ivr.story.steps import Happened
from ivr.story.story import Story
from tests.line.conftest import NewLine
from tests.speech.voices import spoken
from tests.support.line_process import LineProcess
from tests.support.phone import Phone
from tests.support.sound import FULL_SCALE, samples

pytestmark = pytest.mark.line

SPEECH_DBFS, NOISE_DBFS = -22.0, -52.0
PAUSE = 0.01  # of the loudest moment's power, below which nobody speaks
NEAR_DB = 4.0  # G.711, a jitter buffer, and speech whose edges the ear decides


def noise(seconds: float) -> bytes:
    count = round(seconds * 8000)
    steady = np.random.default_rng(5).normal(0, FULL_SCALE * 10 ** (NOISE_DBFS / 20), count)
    return steady.astype("<i2").tobytes()


def loud(pcm: bytes) -> bytes:
    """*pcm* at the level of this test, pauses not counted, over the noise."""
    wave = samples(pcm)
    power = (wave[: len(wave) // 160 * 160].reshape(-1, 160) ** 2).mean(axis=1)
    level = power[power >= PAUSE * power.max()].mean()
    scaled = wave * FULL_SCALE * 10 ** (SPEECH_DBFS / 20) / np.sqrt(level)
    mixed = scaled + samples(noise(len(wave) / 8000))[: len(wave)]
    return bytes(mixed.clip(-32768, 32767).astype("<i2").tobytes())


def told(line: LineProcess) -> Story:
    with reading(line.data / "calls.db") as records:
        found = story(records, line.rows()[-1]["call"])
    assert found is not None
    return found


@pytest.mark.timeout(120)
def test_a_real_callers_turns_are_told_with_levels_that_match_what_was_sent(
    new_line: NewLine,
) -> None:
    with new_line({"speech": {"engine": "auto"}}) as line:
        with Phone(line.port, number="2125550142") as phone:
            phone.hum(noise(2.0))
            line.await_call(state="main_menu.menu")
            phone.await_silence()
            phone.say(loud(spoken("refill")))
            line.await_call(state="verify_identity.ask_birth")
            phone.press_all("03051980")
            line.await_call(state="verify_identity.ask_phone")
        line.await_last_row()
        call = told(line)
    menu = next(turn for turn in call.turns if turn.state == "main_menu.menu")
    assert (menu.asked, menu.answered, menu.judged) == ("menu", Answered.SPEECH, Judged.ACCEPTED)
    assert menu.sound.speech_dbfs == pytest.approx(SPEECH_DBFS, abs=NEAR_DB)
    assert menu.sound.noise_dbfs == pytest.approx(NOISE_DBFS, abs=NEAR_DB)
    assert menu.sound.heard > menu.sound.speech > 0
    assert not menu.sound.cut_in
    assert menu.sound.clipped == 0.0
    assert not menu.barged_in
    assert menu.latency is not None
    assert menu.recognised is not None
    assert 0 < menu.recognised < menu.latency
    birth = next(turn for turn in call.turns if turn.state == "verify_identity.ask_birth")
    assert (birth.asked, birth.judged) == ("date_of_birth", Judged.KEYED)
    assert [turn.number for turn in call.turns] == list(range(1, len(call.turns) + 1))
    assert [step.happened for step in call.steps] == [Happened.CALLER_LEFT]
    assert (call.row.about, len(call.row.caller)) == ("refill_status", 16)
    assert "2125550142" not in repr(call)
    assert {media.leg for media in call.media} == {"caller"}
    assert {"INVITE", "ACK", "BYE"} <= {message.method for message in call.messages}
