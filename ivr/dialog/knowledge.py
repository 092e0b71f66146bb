"""What is known in one call, and who the caller has proved to be."""

from collections.abc import Mapping

from ivr.flow.model import Value

PROVING = "identity."  # operations that prove who is calling
VERIFIED = "verified"  # their outcome when they did
NAME = "caller_name"  # what they give: the name as the clinic knows it
HOW = "verified_by"  # what they give: such as `date of birth and phone`


class Knowledge:
    """The values of one call."""

    def __init__(self, given: Mapping[str, Value]) -> None:
        """Know *given* from before the first word; it is never forgotten."""
        self._given = dict(given)
        self._identity: dict[str, Value] = {}
        self._answers: dict[str, None] = {}
        self.values = dict(given)
        """What is known now; the same mapping for the whole call."""

    @property
    def caller(self) -> str:
        """The caller's name, `` when unknown."""
        return str(self._proved.get(NAME, ""))

    @property
    def verified(self) -> str:
        """How they proved it, `` when they did not."""
        return str(self._proved.get(HOW, ""))

    @property
    def told(self) -> tuple[str, ...]:
        """The slots the caller has answered, in order; what was forgotten is left out."""
        return tuple(slot for slot in self._answers if slot in self.values)

    def learn(self, slot: str, value: Value) -> None:
        """Keep an answer."""
        self.values[slot] = value
        self._answers[slot] = None

    def learn_from(self, operation: str, outcome: str, values: Mapping[str, Value]) -> None:
        """Keep what *operation* gave; what proved who is calling stays for the whole call."""
        self.values.update(values)
        if operation.startswith(PROVING) and outcome == VERIFIED:
            self._identity = dict(values)

    def forget(self, but: Mapping[str, Value] | None = None) -> None:
        """Know only *but* (None: what was given), and who the caller is."""
        known = {**(self._given if but is None else but), **self._identity}
        self.values.clear()
        self.values.update(known)

    @property
    def _proved(self) -> Mapping[str, Value]:
        return {**self._given, **self._identity}
