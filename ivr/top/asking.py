"""Questions to the operator: one of some answers, by arrow and Enter or by its key."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key
from textual.screen import ModalScreen

from ivr.printing import printable
from ivr.top.glyphs import UNICODE, Glyphs
from ivr.top.ink import Ink, Piece, Row, one
from ivr.top.lines import Lines

EDGE = 4  # rows and columns of frame and padding


@dataclass(frozen=True, slots=True)
class Answer:
    """One possible answer."""

    key: str
    """What to press."""
    text: str
    value: str


NO = Answer("n", "No", "")


def yes(text: str) -> tuple[Answer, ...]:
    """Make the answers to a question of yes and no; no is chosen at first."""
    return (NO, Answer("y", text, "yes"))


def numbered(values: Sequence[str]) -> tuple[Answer, ...]:
    """Make an answer of each value; the first nine have keys."""
    keys = "123456789".ljust(len(values))
    return tuple(
        Answer(key.strip(), value, value) for key, value in zip(keys, values, strict=False)
    )


class Ask(ModalScreen[str]):
    """Asks; its result is the value of the answer, `` for none."""

    DEFAULT_CSS = """
    Ask { align: center middle; }
    Ask #frame { border: ascii $primary; padding: 0 1; width: auto; height: auto; }
    Ask.unicode #frame { border: round $primary; }
    Ask Lines { width: auto; height: auto; }
    """

    def __init__(
        self, rows: Sequence[Row], answers: Sequence[Answer] = (), *, glyphs: Glyphs
    ) -> None:
        super().__init__(classes="unicode" if glyphs is UNICODE else "")
        self._rows = rows
        self._glyphs = glyphs
        self._answers = answers

    def compose(self) -> ComposeResult:
        """Lay out the question above its answers."""
        with Vertical(id="frame"):
            yield Lines("question", self._glyphs)
            yield Lines("answers", self._glyphs, chooses=True)

    def on_mount(self) -> None:
        """Show both as large as they are, as far as there is room."""
        question, answers = self.query_one("#question", Lines), self.query_one("#answers", Lines)
        drawn = [*self._rows, *(self._paint(str(n)) for n in range(len(self._answers)))]
        width = max(sum(len(piece.text) for piece in row) for row in drawn)
        room = self.app.size
        for pane, height in ((question, len(self._rows)), (answers, len(self._answers))):
            pane.styles.width = min(width, room.width - EDGE)
            pane.styles.height = min(height, max(1, room.height - EDGE - len(self._answers)))
        question.show_rows(self._rows)
        answers.show([str(n) for n in range(len(self._answers))], self._paint)
        answers.choose("0" if self._answers else "")

    def on_key(self, event: Key) -> None:
        """Take the key of an answer, or move to another."""
        event.stop()
        keys = {answer.key: answer.value for answer in self._answers}
        answers = self.query_one("#answers", Lines)
        match event.key:
            case "escape" | "q":
                self.dismiss("")
            case "enter" if answers.chosen:
                self.dismiss(self._answers[int(answers.chosen)].value)
            case "up" | "k":
                answers.move(-1)
            case "down" | "j":
                answers.move(1)
            case key if key in keys:
                self.dismiss(keys[key])

    def _paint(self, key: str) -> Row:
        answer = self._answers[int(key)]
        return (
            Piece(f" {answer.key or ' '} ", Ink.STRONG),
            *one(printable(answer.text)),
            Piece(" "),
        )
