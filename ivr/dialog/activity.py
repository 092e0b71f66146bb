"""What a dialog can be busy with: each kind takes the same events in its own way."""

from abc import ABC, abstractmethod

from ivr.dialog.events import Utterance
from ivr.dialog.prompt import Prompt
from ivr.dialog.verdicts import Verdict, WantsPerson


class Activity(ABC):
    """
    One thing at a time: telling, asking, asking the clinic, taking a message.

    Every method returns what it decided, or None to go on. Prompts are known to play, ears
    to be open and turns to be the current one when these are called. What is not overridden
    is how an activity takes things that asks nothing of the caller.
    """

    @abstractmethod
    def begin(self, *, now: float) -> Verdict | None:
        """Start."""

    @abstractmethod
    def again(self, lead: Prompt | None, *, now: float) -> None:
        """Say it again, *lead* first; nothing is held against the caller."""

    @abstractmethod
    def prompt_finished(self, *, now: float) -> Verdict | None:
        """Go on after the prompt."""

    @abstractmethod
    def speaking_lost(self, *, now: float) -> Verdict | None:
        """Go on although the prompt was not heard."""

    @abstractmethod
    def pressed(self, key: str, *, now: float) -> Verdict | None:
        """Take a key."""

    @abstractmethod
    def due(self, *, now: float) -> Verdict | None:
        """Act on the deadline that has passed."""

    def speech_started(self, *, now: float) -> None:  # noqa: B027 - the default is to go on
        """Take note that the caller speaks."""

    def reads(self, text: str) -> bool:
        """Say whether *text* is an answer here, before it is taken for a universal."""
        del text
        return False

    def words(self) -> frozenset[str]:
        """Give the words that answers here are made of."""
        return frozenset()

    def heard(self, utterance: Utterance, *, now: float) -> Verdict | None:
        """Take what was said, which is no universal."""
        del utterance, now
        return None

    def zero_is_data(self) -> bool:
        """Say whether key 0 can be part of an answer now."""
        return False

    def wants_person(self) -> Verdict:
        """Say what "operator" or key 0 leads to."""
        return WantsPerson()

    def hearing_lost(self, *, now: float) -> Verdict | None:
        """Go on without a recogniser; the next question will find out too."""
        del now
        return None

    def hearing_restarted(self, *, now: float) -> Verdict | None:
        """Go on although what was being said is lost."""
        del now
        return None
