"""The lines above and below the panes: how all is, what is shown, and which keys do what."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ivr.printing import printable
from ivr.top.board_panes import connection
from ivr.top.ink import Ink, Piece, Row, length
from ivr.top.sights import Order
from ivr.top.trouble import Grade
from ivr.watch.board import Board
from ivr.watch.roles import Role


@dataclass(frozen=True, slots=True)
class Key:
    """What one key does."""

    key: str
    short: str
    """In the last line; `` where only the help has room for it."""
    what: str
    role: Role = Role.VIEWER
    """Who may press it."""


KEYS = (
    Key("?", "help", "this page"),
    Key("Enter", "", "look closely at the chosen call; Esc leads back"),
    Key("Tab", "", "go to the next pane; Shift-Tab to the one before"),
    Key("/", "find", "show only calls with these words, such as: refill, pharmacy, slow"),
    Key("o", "sort", "sort by trouble, by length, by age, by place"),
    Key("h", "hand off", "send the caller to a person now", Role.OPERATOR),
    Key("m", "queue", "send the caller to a person of another queue", Role.OPERATOR),
    Key("x", "hang up", "hang up on the caller; asks first", Role.OPERATOR),
    Key("d", "drain", "take no new callers, or take them again; asks first", Role.OPERATOR),
    Key("l", "listen", "have your phone ring and listen; again: stop", Role.SUPERVISOR),
    Key("w", "words", "show the words of the caller as they were heard", Role.SUPERVISOR),
    Key("q", "", "leave; the line goes on"),
)
MEANINGS = (
    "!! something is wrong, ! something is odd; such calls are on top.",
    "Sure: how sure the line was of what it heard last: ok taken, ? asked back, no refused.",
    "Patience: misunderstandings left before a person takes over.",
    "Answer: from the end of what the caller did to the first sound of our answer.",
    "Arrows or j and k move, Page Up and Page Down leap, Home and End go to the ends.",
)


def status_row(board: Board, *, now: float) -> Row:
    """Tell in one line how all lines together are; the worst is said first."""
    lines = list(board.lines.values())
    lost = [line for line in lines if not line.connected]
    pieces = [piece for line in lost for piece in (connection(line, now, named=True), Piece("  "))]
    draining = [line.row.cell or line.name for line in lines if line.row.draining]
    if draining:
        pieces += [Piece(f"!! DRAINING {printable(', '.join(draining))}", Ink.BAD), Piece("  ")]
    legs, capacity = sum(one.row.legs for one in lines), sum(one.row.capacity for one in lines)
    pieces += [
        Piece(f"{len(board.calls)} call{'s' * (len(board.calls) != 1)}", Ink.STRONG),
        Piece(f", {legs} legs of {capacity}  "),
    ]
    return (*pieces, *_waiting(board), *_troubles(board))


def _waiting(board: Board) -> Iterator[Piece]:
    common = next((line for line in board.lines.values() if line.row.common), None)
    lines = [line for line in board.lines.values() if line is common or not line.row.common]
    queues = [queue for line in lines for queue in line.queues if queue.waiting]
    ready = sum(agent.presence == "ready" for line in lines for agent in line.agents)
    people = f"{ready} of {sum(len(line.agents) for line in lines)} people ready  "
    if not queues:
        yield Piece(f"nobody waits  {people}")
        return
    late = any(queue.longest > queue.target for queue in queues)
    longest = length(max(queue.longest for queue in queues))
    waiting = f"{sum(queue.waiting for queue in queues)} wait, longest {longest}"
    yield Piece(f"!! {waiting}" if late else waiting, Ink.BAD if late else Ink.PLAIN)
    yield Piece(f"  {people}")


def _troubles(board: Board) -> Iterator[Piece]:
    count = sum(sum(line.row.errors.values()) for line in board.lines.values())
    if count:
        yield Piece(f"! trouble {count} times  ", Ink.WARN)


@dataclass(frozen=True, slots=True)
class Showing:
    """What of the calls is shown."""

    order: Order
    words: str
    found: int
    seen: range
    grades: Sequence[Grade]


def showing_row(showing: Showing, roles: set[Role], pane: str) -> Row:
    """Tell which calls are shown, and as whom."""
    bad = sum(grade > Grade.ODD for grade in showing.grades)
    rows = f"{showing.seen.start + 1}-{showing.seen.stop} of {showing.found}"
    pieces = [
        Piece(f"{pane}  ", Ink.STRONG),
        Piece(f"{bad} in trouble  " if bad else "none in trouble  ", Ink.BAD if bad else Ink.GOOD),
        Piece(f"{rows if showing.found else 'none'}, {showing.order}  "),
    ]
    if showing.words:
        pieces.append(Piece(f"only: {printable(showing.words)} (Esc: all)  ", Ink.WARN))
    return (*pieces, Piece(f"you are {' or '.join(sorted(roles)) or 'not connected'}", Ink.FAINT))


def keys_row(role: Role) -> Row:
    """Name the keys; those *role* may not press stand in brackets."""
    pieces: list[Piece] = []
    for key in KEYS:
        if not key.short:
            continue
        if role.may(key.role):
            pieces += (Piece(key.key, Ink.STRONG), Piece(f" {key.short} "))
        else:
            pieces.append(Piece(f"({key.key} {key.short}) ", Ink.FAINT))
    return tuple(pieces)


def help_rows(role: Role) -> list[Row]:
    """Explain every key and every sign."""
    rows: list[Row] = []
    for key in KEYS:
        what = key.what if role.may(key.role) else f"{key.what} (only as {key.role})"
        rows.append((Piece(f"{key.key:<6}", Ink.STRONG), Piece(what)))
    return [*rows, (), *((Piece(text),) for text in MEANINGS)]
