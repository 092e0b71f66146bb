"""What a person who takes over should know of the call so far; in memory only, for one call."""

from collections import deque

from ivr.dialog.actions import Deed, Remark
from ivr.dialog.events import Hypothesis

REMARKS = 3  # utterances; more than that nobody reads before answering


class Memory:
    """What was said and done in one call."""

    def __init__(self) -> None:
        self._said: deque[Remark] = deque(maxlen=REMARKS)
        self._done: list[Deed] = []

    @property
    def said(self) -> tuple[Remark, ...]:
        """The last utterances, the newest last."""
        return tuple(self._said)

    @property
    def done(self) -> tuple[Deed, ...]:
        """What the clinic was asked, each thing once, the newest last."""
        return tuple(self._done)

    def hear(self, hypotheses: tuple[Hypothesis, ...]) -> None:
        """Remember the likeliest reading of what was said, however unsure it is."""
        if hypotheses and hypotheses[0].text:
            self._said.append(Remark(hypotheses[0].text, hypotheses[0].confidence))

    def do(self, operation: str, outcome: str) -> None:
        """Remember how an operation came out."""
        deed = Deed(operation, outcome)
        if deed in self._done:
            self._done.remove(deed)
        self._done.append(deed)
