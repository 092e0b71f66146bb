"""The pane of the calls: one row each, in as many columns as there is room for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ivr.dialog.confidence import Band
from ivr.top.glyphs import Glyphs, bar, pips
from ivr.top.ink import Ink, Piece, Row, fit, fit_end, length
from ivr.top.sights import Sight
from ivr.top.trouble import SLOW, VERY_SLOW, Grade

WIDE = 120  # columns from which on each thing has a column of its own
MARKS = {Grade.FINE: "", Grade.ODD: "!", Grade.BAD: "!!", Grade.ALARM: "!!"}
GRADES = {Grade.FINE: Ink.PLAIN, Grade.ODD: Ink.WARN, Grade.BAD: Ink.BAD, Grade.ALARM: Ink.ALARM}
BANDS = {
    Band.ACCEPT: ("ok", Ink.GOOD),
    Band.CONFIRM: ("?", Ink.WARN),
    Band.REJECT: ("no", Ink.BAD),
}
"""What a confidence means, short."""
CALL = 12  # hex digits of an id
SHORT = 6  # of them, which tell calls of one day apart; commands take the beginning of an id


@dataclass(frozen=True, slots=True)
class Column:
    """One column."""

    title: str
    width: int
    paint: Callable[[Sight, int], Piece]


class CallRows:
    """Draws calls for one width of the screen."""

    def __init__(self, width: int, glyphs: Glyphs, *, lines: int = 1) -> None:
        self._glyphs = glyphs
        wide = width >= WIDE
        fixed = self._fixed(lines=lines, wide=wide)
        room = width - sum(column.width + 1 for column in fixed)
        flexible = self._flexible(room, wide=wide)
        self._columns = (*fixed[:2], *flexible, *fixed[2:])
        titles = "".join(f"{fit(column.title, column.width)} " for column in self._columns)
        self.head = (Piece(titles, Ink.TITLE),)
        """The titles."""

    def __call__(self, sight: Sight) -> Row:
        """Draw a call."""
        row: list[Piece] = []
        faint = sight.stale or sight.over is not None
        for column in self._columns:
            piece = column.paint(sight, column.width)
            row.append(Piece(f"{piece.text} ", Ink.FAINT if faint else piece.ink))
        return tuple(row)

    # ------------------------------------------------------------ columns

    def _fixed(self, *, lines: int, wide: bool) -> list[Column]:
        columns = [
            Column("", 2, _mark),
            Column("Call", CALL if wide else SHORT, lambda one, w: Piece(one.glimpse.call[:w])),
            Column("Sure", 16 if wide else 7, self._sure),
            Column("Patience", 8, self._patience),
            Column("Answer" if wide else "Ans.", 6 if wide else 4, _latency),
            Column(
                "Time", 7 if wide else 5, lambda one, w: Piece(fit(length(one.age), w, right=True))
            ),
        ]
        if wide and lines > 1:
            columns.append(Column("Line", 12, self._line))
        return columns

    def _flexible(self, room: int, *, wide: bool) -> Sequence[Column]:
        if not wide:
            where = max(8, (room - 2) * 45 // 100)
            now = max(8, room - where - 2)
            return Column("Where", where, self._state), Column("Now", now, self._now)
        room -= 4
        where, says, words = room * 28 // 100, room * 32 // 100, room * 18 // 100
        return (
            Column("Where", where, self._path),
            Column("The line says", says, self._says),
            Column("The caller", words, self._words),
            Column("Waits for, or wrong", room - where - says - words, self._waits),
        )

    def _cut(self, text: str, width: int, ink: Ink = Ink.PLAIN) -> Piece:
        return Piece(fit(text, width, more=self._glyphs.more), ink)

    def _state(self, one: Sight, width: int) -> Piece:
        return Piece(fit_end(one.place, width, more=self._glyphs.more))

    def _line(self, one: Sight, width: int) -> Piece:
        return Piece(fit_end(one.line, width, more=self._glyphs.more))

    def _path(self, one: Sight, width: int) -> Piece:
        path = f" {self._glyphs.into} ".join(one.glimpse.places)
        return Piece(fit_end(path, width, more=self._glyphs.more))

    def _now(self, one: Sight, width: int) -> Piece:
        """Say the one thing that matters most, where there is room for one."""
        if one.over is not None or one.trouble.text or self._waiting(one):
            return self._waits(one, width)
        if one.glimpse.speaking or not one.glimpse.playing:
            return self._words(one, width)
        return self._says(one, width)

    def _says(self, one: Sight, width: int) -> Piece:
        if one.glimpse.phase == "bridged":
            return self._cut("", width)
        sign = self._glyphs.playing if one.glimpse.playing else " "
        return self._cut(f"{sign} {one.glimpse.prompt}", width)

    def _words(self, one: Sight, width: int) -> Piece:
        sign = self._glyphs.hears if one.glimpse.speaking else " "
        ink = Ink.STRONG if one.glimpse.speaking else Ink.PLAIN
        words = one.glimpse.words or ("speaks" if one.glimpse.speaking else "")
        return self._cut(f"{sign} {words}", width, ink)

    def _waits(self, one: Sight, width: int) -> Piece:
        if one.over is not None:
            return self._cut(f"over: {_outcome(one)}", width)
        texts = [text for text in (self._waiting(one), one.trouble.text) if text]
        if one.trouble.grade > Grade.ODD:
            texts.reverse()
        return self._cut(", ".join(texts), width, GRADES[one.trouble.grade])

    def _waiting(self, one: Sight) -> str:
        glimpse, sign = one.glimpse, self._glyphs.waits
        if glimpse.phase == "bridged":
            return f"talks to {glimpse.agent or 'a person'}"
        if glimpse.phase in ("waiting", "aside"):
            wait = f"{sign} {glimpse.queue or 'a person'} {length(one.waited)}"
            return f"{wait}, rings {glimpse.agent}" if glimpse.agent else wait
        return f"{sign} {glimpse.asks_clinic}" if glimpse.asks_clinic else ""

    def _sure(self, one: Sight, width: int) -> Piece:
        sure, band = one.glimpse.confidence, one.glimpse.band
        if sure is None:
            return Piece(" " * width)
        mark, ink = BANDS[Band(band)] if band in list(Band) else ("", Ink.PLAIN)
        if width > CALL:
            return Piece(fit(f"{bar(sure, 8, self._glyphs)} {sure:4.0%} {mark}", width), ink)
        return Piece(fit(f"{bar(sure, 4, self._glyphs)} {mark}", width), ink)

    def _patience(self, one: Sight, width: int) -> Piece:
        if one.glimpse.phase != "talking" or not one.glimpse.turn:
            return Piece(" " * width)
        ink = GRADES[one.trouble.grade] if one.trouble.text == "patience ends" else Ink.PLAIN
        return Piece(fit(pips(one.glimpse.patience, self._glyphs), width), ink)


def _mark(one: Sight, width: int) -> Piece:
    return Piece(fit(MARKS[one.trouble.grade], width), GRADES[one.trouble.grade])


def _latency(one: Sight, width: int) -> Piece:
    latency = one.glimpse.latency
    if latency is None:
        return Piece(" " * width)
    ink = Ink.BAD if latency > VERY_SLOW else Ink.WARN if latency > SLOW else Ink.PLAIN
    return Piece(fit(f"{latency:.1f}s", width, right=True), ink)


def _outcome(one: Sight) -> str:
    outcome = one.over.outcome if one.over else None
    return outcome.value.replace("_", " ") if outcome else "ended"
