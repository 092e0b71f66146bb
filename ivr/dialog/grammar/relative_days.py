"""Days named from today: "tomorrow", "next Tuesday"."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from ivr.dialog.grammar.calendar_words import WEEKDAY_NAMES
from ivr.dialog.grammar.text import Words, phrase_set

WEEK: Final = 7  # days

AHEAD: Final[Mapping[str, Mapping[str, int]]] = {
    "en": {"today": 0, "tomorrow": 1, "day after tomorrow": 2, "yesterday": -1},
    "es": {"hoy": 0, "mañana": 1, "pasado mañana": 2, "ayer": -1},
}
"""Days from today."""

_AHEAD = {
    language: {words: days for phrase, days in table.items() for words in phrase_set(phrase)}
    for language, table in AHEAD.items()
}
_COMING = {
    "en": phrase_set("this|coming|this coming"),
    "es": phrase_set("este|próximo|que viene"),
}
_NEXT = {"en": phrase_set("next"), "es": frozenset[Words]()}


def relative_day(words: Words, language: str, *, today: date) -> date | None:
    """
    Give the day that *words* name; None when they name none.

    "Tuesday" and "this Tuesday" are the first to come after today; "next Tuesday" is the one of
    the next calendar week (Monday to Sunday). People differ on it, so a date is always read back
    with its day of the month.
    """
    ahead = _AHEAD[language].get(words)
    if ahead is not None:
        return today + timedelta(days=ahead)
    for name, weekday in WEEKDAY_NAMES[language].items():
        around = (
            words[:-1] if words[-1:] == name else None,
            words[1:] if words[:1] == name else None,
        )
        if () in around or any(rest in _COMING[language] for rest in around):
            return today + timedelta(days=(weekday - today.weekday() - 1) % WEEK + 1)
        if any(rest in _NEXT[language] for rest in around):
            return today + timedelta(days=WEEK - today.weekday() + weekday)
    return None
