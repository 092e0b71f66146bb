"""Questions to test hearing with."""

from ivr.dialog.actions import Listening, Wait
from ivr.speech.engines import Question


def listening(*phrases: str, wait: Wait = Wait.SHORT, limit: float = 15.0) -> Listening:
    """Listen for any of *phrases*."""
    jsgf = f"#JSGF V1.0;\ngrammar g;\npublic <g> = {' | '.join(phrases)};\n"
    words = tuple(sorted({word for phrase in phrases for word in phrase.split()}))
    return Listening(jsgf, words, phrases, wait=wait, limit=limit)


def question(*phrases: str) -> Question:
    """Ask for any of *phrases*."""
    asked = listening(*phrases)
    return Question(asked.jsgf, asked.words, asked.phrases)


COMMANDS = ("yes", "no", "operator", "help", "repeat", "cancel", "confirm", "representative")
