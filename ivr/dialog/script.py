"""Turns the author's templates and the line's own words into prompts."""

from collections.abc import Mapping
from datetime import date

from ivr.dialog.prompt import Prompt
from ivr.dialog.slots import speak
from ivr.dialog.wording import Phrases, Wording
from ivr.flow.model import Flow, Value
from ivr.flow.templates import fill, only_slot, slots_of

PLAIN = "value"  # the type of a slot that only operations fill


class Script:
    """What to say, given what is known."""

    def __init__(self, wording: Wording, values: Mapping[str, Value], *, today: date) -> None:
        """Look slots up in *values*, which the dialog goes on to change."""
        self._wording = wording
        self._values = values
        self.today = today

    def line(self, language: str) -> Phrases:
        """Give the line's own words in *language*."""
        return self._wording(language)

    def author(self, template: str, flow: Flow) -> Prompt:
        """Fill *template*; a slot that is not set is silent."""
        if "{" not in template:
            return Prompt(template, template, flow.language)

        def say(name: str) -> str:
            value = self._values.get(name)
            if value is None:
                return ""
            slot = flow.slots.get(name)
            kind = PLAIN if slot is None else slot.type
            return speak(value, kind, language=flow.language, today=self.today)

        cacheable = not slots_of(template)
        return Prompt(fill(template, say), template, flow.language, cacheable)

    def argument(self, template: str) -> Value:
        """Give what an operation is told: a slot's value whole, else the template as text."""
        name = only_slot(template)
        if name is not None:
            return self._values.get(name, "")
        return fill(template, lambda slot: str(self._values.get(slot, "")))
