import pytest

from ivr.dialog.tripwire import PHRASES, Alarm, alarm_in

CASES = [
    (language, phrase, alarm)
    for language, groups in PHRASES.items()
    for alarm, phrases in groups.items()
    for phrase in phrases
]


@pytest.mark.parametrize(("language", "phrase", "alarm"), CASES)
def test_each_phrase_is_found_in_the_middle_of_a_sentence(
    language: str, phrase: str, alarm: Alarm
) -> None:
    assert alarm_in(phrase, language) is alarm
    assert alarm_in(f"Well, {phrase.upper()}, since Tuesday", language) is alarm


@pytest.mark.parametrize(
    ("said", "alarm"),
    [
        ("my husband has chest pain and I need his refill", Alarm.MEDICAL),
        ("I can\u2019t breathe", Alarm.MEDICAL),
        ("i cant breathe", Alarm.MEDICAL),
        ("my mother had a stroke I think", Alarm.MEDICAL),
        ("I took too many of those pills", Alarm.MEDICAL),
        ("sometimes I want to die", Alarm.CRISIS),
        ("I took too many pills, I want to die", Alarm.MEDICAL),
    ],
)
def test_danger_is_heard_whatever_else_is_said(said: str, alarm: Alarm) -> None:
    assert alarm_in(said, "en") is alarm


@pytest.mark.parametrize("said", ["no chest pain", "it's not an emergency", "I'm not suicidal"])
def test_a_denied_danger_still_reaches_a_person(said: str) -> None:
    assert alarm_in(said, "en") is not None


@pytest.mark.parametrize(
    "said",
    [
        "",
        "two strokes of the pen",
        "heartstroke",
        "my chest",
        "chess pain",
        "five nine one one two",
        "refill my allergy medicine",
    ],
)
def test_what_is_no_danger_raises_no_alarm(said: str) -> None:
    assert alarm_in(said, "en") is None


def test_no_phrase_means_two_dangers() -> None:
    for groups in PHRASES.values():
        phrases = [phrase for group in groups.values() for phrase in group]
        assert len(phrases) == len(set(phrases))
        assert set(groups) == set(Alarm)
