"""The panes beside the calls: how the queues do, and the line itself."""

from collections.abc import Iterator
from textwrap import wrap

from ivr.printing import printable
from ivr.top.glyphs import Glyphs
from ivr.top.ink import Ink, Piece, Row, fit, length, one
from ivr.watch.board import Board, SeenLine
from ivr.watch.rows import AgentRow, LineRow, QueueRow, TrunkRow

QUEUE_TITLES = (
    f"{'Queue':<14}{'Wait':>5}{'Longest':>8}{'Target':>7}{'In time':>8}{'Ready':>6}{'Work':>5}"
)
GOOD_TRUNKS = ("registered", "by address")
SLOW = 0.7  # seconds; what nineteen of twenty answers must stay under
NEARLY_FULL = 0.8  # share of the legs


def queue_rows(board: Board, glyphs: Glyphs) -> list[Row]:
    """Draw the queues of all lines, then the people; a common queue once."""
    rows: list[Row] = []
    for line in _each_queue(board):
        if len(board.lines) > 1:
            rows.append(one(line.name, Ink.STRONG))
        rows += [_queue(row, stale=not line.connected, glyphs=glyphs) for row in line.queues]
        rows.append(())
        rows += [_agent(row, stale=not line.connected, glyphs=glyphs) for row in line.agents]
    return rows


def _each_queue(board: Board) -> Iterator[SeenLine]:
    common = False
    for line in board.lines.values():
        if not (line.row.common and common):
            yield line
        common = common or line.row.common


def _queue(row: QueueRow, *, stale: bool, glyphs: Glyphs) -> Row:
    late = row.waiting > 0 and row.longest > row.target
    nobody = row.waiting > 0 and not row.working
    ink = Ink.FAINT if stale else Ink.BAD if late or nobody else Ink.PLAIN
    sign = "!!" if late or nobody else ""
    longest = length(row.longest) if row.waiting else ""
    in_time = "" if row.in_time is None else f"{row.in_time:.0%}"
    figures = f"{row.waiting:>4}{longest:>8}{length(row.target):>7}{in_time:>8}"
    text = f"{fit(f'{sign} {row.queue}'.strip(), 14, more=glyphs.more)} {figures}"
    return one(f"{text}{row.ready:>6}{row.working:>5}", ink)


def _agent(row: AgentRow, *, stale: bool, glyphs: Glyphs) -> Row:
    busy = f"call {row.call[:6]}" if row.call else row.reason
    seconds = "" if row.seconds is None else length(row.seconds)
    text = f"{fit(row.agent, 14, more=glyphs.more)} {fit(row.presence, 9)} {seconds:>6}  {busy}"
    faint = stale or row.presence in ("", "offline")
    return one(text, Ink.FAINT if faint else Ink.PLAIN)


def line_rows(board: Board, *, now: float, width: int, more: str) -> list[Row]:
    """Draw each line: whether it is heard of, how full it is, and what is wrong with it."""
    rows: list[Row] = []
    for line in board.lines.values():
        rows += [fitted(row, width, more) for row in _line(line, now, width)] + [()]
    return rows[:-1]


def fitted(row: Row, width: int, more: str) -> Row:
    """Cut the last piece of *row*, so that all of it is *width* columns wide at most."""
    room = width - sum(len(piece.text) for piece in row[:-1])
    last = row[-1]
    return (*row[:-1], Piece(fit(last.text, max(0, room), more=more), last.ink))


def _line(line: SeenLine, now: float, width: int) -> Iterator[Row]:
    row = line.row
    name = row.cell if row.cell in ("", line.name) else f"{line.name} ({row.cell})"
    yield (Piece(f"{name or line.name} ", Ink.STRONG), connection(line, now))
    if not line.run:
        yield from (one(f"  {part}") for part in wrap(line.why, max(20, width - 2)))
        return
    ink = Ink.PLAIN if line.connected else Ink.FAINT
    full = row.capacity and row.legs >= row.capacity * NEARLY_FULL
    yield _fact(
        "calls", f"{row.calls}, {row.legs} legs of {row.capacity}", Ink.WARN if full else ink
    )
    yield _taking(line, ink)
    yield _fact("hears by", row.speech, ink)
    yield _fact("listens", _listening(row), ink)
    yield _latency(line, ink)
    for trunk in row.trunks:
        yield _trunk(trunk, ink)
    if not row.trunks:
        yield _fact("trunk", "none", ink)
    errors = ", ".join(f"{kind.replace('_', ' ')} {count}" for kind, count in row.errors.items())
    yield _fact("trouble", errors or "none", Ink.WARN if errors else ink)
    yield _fact("not taken", f"{row.refused} refused, {row.redirected} sent on", ink)
    yield _fact("up for", length(now + line.ahead - row.started.timestamp()), ink)


def _fact(name: str, text: str, ink: Ink) -> Row:
    return (Piece(f"  {name:<10}", Ink.FAINT), *one(text, ink))


def _taking(line: SeenLine, ink: Ink) -> Row:
    if line.row.draining:
        return _fact("callers", "!! draining: no new ones are taken", Ink.BAD)
    if not line.row.taking:
        return _fact("callers", "!! are not taken", Ink.BAD)
    return _fact("callers", "are taken", ink)


def _latency(line: SeenLine, ink: Ink) -> Row:
    p50, p95 = line.row.turn_latency.p50, line.row.turn_latency.p95
    if p50 is None or p95 is None:
        return _fact("answers", "none yet", ink)
    text = f"in {p50:.2f} s, 95 % within {p95:.2f} s"
    return _fact("answers", text, Ink.WARN if p95 > SLOW else ink)


def _listening(row: LineRow) -> str:
    """Tell how busy the recogniser is: how many it listens to, and how long it takes."""
    p50, p95 = row.recogniser.p50, row.recogniser.p95
    text = f"to {row.listening} callers"
    return text if p50 is None or p95 is None else f"{text}, understands in {p50:.2f}-{p95:.2f} s"


def _trunk(trunk: TrunkRow, ink: Ink) -> Row:
    text = f"{trunk.name} {trunk.state}"
    if trunk.status:
        text += f" ({trunk.status})"
    return (
        _fact("trunk", text, ink)
        if trunk.state in GOOD_TRUNKS
        else _fact("trunk", f"! {text}", Ink.BAD)
    )


def connection(line: SeenLine, now: float, *, named: bool = False) -> Piece:
    """Tell whether *line* is heard of now."""
    name = f"{printable(line.name)} " if named else ""
    if line.connected:
        return Piece(f"{name}connected", Ink.GOOD)
    if not line.seen:
        return Piece(f"{name}not reached", Ink.ALARM)
    return Piece(f"{name}reconnecting, last seen {length(now - line.seen)} ago", Ink.ALARM)
