"""The line's own words: everything it says that no flow's author wrote, in each language."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields

from ivr.errors import MisuseError

PLACES: Mapping[str, tuple[str, ...]] = {
    "confirm": ("answer",),
    "place": ("number",),
    "wait_most": ("most",),
    "wait_about": ("minutes",),
    "wait_range": ("least", "most"),
    "coming": ("person", "queue"),
    "parting": ("person",),
    "calling_back": ("practice",),
    "briefing_caller": ("caller",),
}
"""The `{…}` a text must hold; every other text holds none."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """The line's own words in one language."""

    # asking
    no_input: tuple[str, ...]
    """Said before the question is asked again after the 1st, 2nd … silence."""
    no_match: tuple[str, ...]
    """The same after an answer that was not understood."""
    confirm: str
    """Reads `{answer}` back and asks whether it is right."""
    confirm_again: str
    """Asks for yes or no once more, offering the keys 1 and 2."""
    not_confirmed: str
    """Said before the question is asked again because the answer was wrong."""
    help: str
    """What a caller can do on this line; said before the author's question."""
    say_again: str
    """The recogniser failed while the caller spoke."""
    keys_only: str
    """No recogniser can be had; the keys still work."""

    # waiting
    filler: str
    """Said when the clinic's answer takes longer than a moment and the author wrote nothing."""
    still_looking: str
    """Said when it takes longer still."""

    # giving the call to a person
    emergency_medical: str
    emergency_crisis: str
    not_understood: str
    clinic_down: str
    line_trouble: str
    spanish: str
    """Said in Spanish, in every language's file."""
    finding: str
    """A person is being found; hold music follows."""
    next_in_line: str
    place: str
    """`{number}` counts from 1, the caller included."""
    wait_minute: str
    """It takes a minute at most."""
    wait_most: str
    """It takes up to `{most}` minutes."""
    wait_about: str
    """It takes about `{minutes}` minutes."""
    wait_range: str
    """It takes `{least}` to `{most}` minutes."""
    waiting_keys: str
    """1 keeps the place for a call-back, 2 leaves a message."""
    finding_still: str
    """Nobody has taken the call yet."""
    coming: str
    """`{person}` of `{queue}` is being told who is calling."""
    cut_off: str
    """The person is gone; another one is being found."""
    sent_on: str
    """The person sends the caller to other people."""
    parting: str
    """`{person}` has hung up: what happens next, then goodbye."""

    # ringing back who kept their place
    calling_back: str
    """Who calls, and that 1 connects and 2 ends it; a stranger may hear it."""

    # beginning and ending
    recorded: str
    """The call is recorded; said before anything else where the line records."""
    goodbye: str

    # what the agent is told before the bridge, in eight seconds
    briefing_caller: str
    """`{caller}` has proved who they are."""
    briefing_unknown: str
    """The caller has not proved who they are."""
    briefing_urgent: str
    """This one comes before all others."""
    briefing_asked: str
    briefing_not_understood: str
    briefing_emergency: str
    briefing_clinic_down: str
    briefing_line_trouble: str
    briefing_sent: str
    """An operator of the line sent them."""
    briefing_accept: str
    """Press 1 to take the call, 2 to pass."""


class Wording:
    """The line's own words in every language it speaks. Immutable."""

    __slots__ = ("_default", "_languages")

    def __init__(self, languages: Mapping[str, Phrases], *, default: str = "en") -> None:
        """
        Check that *languages* are complete.

        Raises:
            MisuseError: A text is empty, or holds other places than `PLACES` says.
        """
        if default not in languages:
            raise MisuseError(f"no wording for the default language {default}")
        for language, phrases in languages.items():
            for mistake in mistakes_in(phrases):
                raise MisuseError(f"wording {language}: {mistake}")
        self._languages = dict(languages)
        self._default = default

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages there is wording for."""
        return tuple(self._languages)

    def __call__(self, language: str) -> Phrases:
        """Give the phrases of *language*, or of the default one when there is none."""
        return self._languages.get(language) or self._languages[self._default]


def mistakes_in(phrases: Phrases) -> tuple[str, ...]:
    """Say what is wrong with *phrases*, in the designer's words."""
    mistakes: list[str] = []
    for part in fields(phrases):
        value = getattr(phrases, part.name)
        texts: tuple[str, ...] = (value,) if isinstance(value, str) else value
        if not texts:
            mistakes.append(f"{part.name} is empty")
        mistakes += [m for text in texts if (m := mistake_in(part.name, text))]
    return tuple(mistakes)


def mistake_in(name: str, text: str) -> str:
    """Say what is wrong with one text of the phrase *name*; `` when nothing is."""
    if not text.strip():
        return f"{name} is empty"
    wanted = PLACES.get(name, ())
    found = tuple(re.findall(r"\{([^{}]*)\}", text))
    if sorted(found) != sorted(wanted) or text.count("{") + text.count("}") != 2 * len(found):
        holds = " and ".join(f"{{{place}}}" for place in wanted) or "no braces"
        return f"{name} must hold {holds}"
    return ""
