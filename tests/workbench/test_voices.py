"""Scenarios with a voice before the real recogniser."""

from pathlib import Path

import pytest

from ivr.errors import SpeechError
from ivr.settings import Settings, Speech
from ivr.workbench.audio import real_ears
from ivr.workbench.performing import perform_written
from ivr.workbench.results import Result
from tests.workbench.small import scenario_of, small_line


def heard(text: str, folder: Path) -> Result:
    settings = Settings(data=str(folder))
    with real_ears(settings) as voices:
        ((result, _),) = perform_written([scenario_of(text)], small_line(), voices)
    return result


def test_the_recogniser_hears_words_and_nothing_in_noise(tmp_path: Path) -> None:
    result = heard(
        "steps:\n- noise: 0.5\n- says: message\n- says: please call me back\n- hears: Goodbye\n",
        tmp_path,
    )
    assert result.failure is None, result
    told = [entry.what for entry in result.transcript if entry.what.startswith("the line heard")]
    assert told[0] == "the line heard: nothing"
    assert told[-1].startswith(("the line heard: message", "the line heard: yes"))


def test_a_recogniser_that_cannot_be_had_is_told(tmp_path: Path) -> None:
    settings = Settings(data=str(tmp_path), speech=Speech(engine="none"))
    with pytest.raises(SpeechError, match="switched off"), real_ears(settings):
        pass
