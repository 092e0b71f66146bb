"""Reading what can be answered: slots, choices and their phrases."""

import re
from collections.abc import Mapping
from unicodedata import normalize

from ivr.flow.branches import Branches, read_targets
from ivr.flow.expressions import KEYWORDS
from ivr.flow.fields import Notes, Path, Table, count
from ivr.flow.model import GAVE_UP, NEXT, Choice, Phi, Slot
from ivr.flow.rules import Rule, did_you_mean, shown
from ivr.flow.tree import Fields, Items, Node, Text

SLOT_TYPES = ("yes_no", "choice", "digits", "date", "date_of_birth", "phone", "zip", "value")
KEYS = frozenset("0123456789*#")
MOST_DIGITS = 20  # no card or prescription number is longer

_TELLS_WHO = frozenset({"date_of_birth", "phone", "zip"})
_PHRASE = re.compile(r"[^\W\d_]+('[^\W\d_]+)*'?( [^\W\d_]+('[^\W\d_]+)*'?)*\Z")
_MOST_LETTERS = 60  # of one phrase: nobody says more than a sentence to a menu


def read_slots(table: Table) -> dict[str, Slot]:
    """Read `slots:`."""
    node = table.take("slots")
    if node is None:
        return {}
    if not isinstance(node, Fields):
        table.notes.wrong(node, Rule.WRONG_SHAPE, "slots: takes name: {type: …}")
        return {}
    slots = {}
    for key, value in node.entries:
        if not table.notes.is_name(key, "a slot"):
            continue
        if key.value in KEYWORDS:
            table.notes.wrong(key, Rule.BAD_NAME, f"{key.value} is a word of the guards")
        slots[key.value] = _read_slot(key, value, notes=table.notes)
    return slots


def _read_slot(key: Text, node: Node, *, notes: Notes) -> Slot:
    path = ("slots", key.value)
    notes.mark(path, key)
    if not isinstance(node, Fields):
        notes.wrong(node, Rule.WRONG_SHAPE, f"a slot is a mapping: {key.value}: {{type: …}}")
        return Slot(name=key.value, type="digits", line=key.line)
    table = Table(node, path=path, notes=notes, owner=key)
    kind = _read_type(table)
    length = _read_length(table) if kind in {"digits", ""} else None
    choices: tuple[Choice, ...] = ()
    if kind in {"choice", ""}:
        choices, _ = read_choices(table, menu=False, required=kind == "choice")
    private = Phi.PERSONAL if kind in _TELLS_WHO else Phi.NONE
    phi = Phi(table.one_of("phi", [phi.value for phi in Phi], default=private))
    table.done()
    return Slot(key.value, kind or "digits", phi, length, choices, key.line)


def _read_type(table: Table) -> str:
    kind = table.text("type", required=True)
    if kind and kind not in SLOT_TYPES:
        node = table.take("type") or table.owner
        hint = did_you_mean(kind, SLOT_TYPES)
        table.notes.wrong(
            node, Rule.UNKNOWN_SLOT_TYPE, f"there is no slot type {shown(kind)}", hint
        )
        return ""
    return kind


def _read_length(table: Table) -> tuple[int, int] | None:
    node = table.take("length", "numDigits")
    if node is None:
        return None
    ends = node.items if isinstance(node, Items) else (node, node)
    numbers = [
        count(end.value, most=MOST_DIGITS) if isinstance(end, Text) else None for end in ends
    ]
    match numbers:
        case [int(shortest), int(longest)] if shortest <= longest:
            return shortest, longest
    hint = f"a number of digits, or [shortest, longest], up to {MOST_DIGITS}"
    table.notes.wrong(node, Rule.BAD_VALUE, "length: cannot be this", hint)
    return None


def read_choices(
    table: Table, *, menu: bool, required: bool
) -> tuple[tuple[Choice, ...], Mapping[str, Branches] | None]:
    """
    Read `choices:`, of a slot or of a menu.

    Returns:
        The choices, and where those of a menu lead; None when that cannot be told.
    """
    node = table.take("choices", required=required)
    if node is None:
        return (), {}
    if not isinstance(node, Fields) or not node.entries:
        table.notes.wrong(node, Rule.WRONG_SHAPE, "choices: takes name: [phrases]")
        return (), None
    choices = []
    ways: dict[str, Branches] = {}
    whole = True
    for key, value in node.entries:
        if not table.notes.is_name(key, "a choice") or not _is_free(key, table.notes, menu=menu):
            whole = False
            continue
        reader = _ChoiceReader(
            key, value, path=(*table.path, "choices", key.value), notes=table.notes
        )
        choices.append(reader.choice(menu=menu))
        if reader.ways is not None:
            ways[key.value] = reader.ways
        whole = whole and reader.whole
    return tuple(choices), ways if whole else None


def _is_free(key: Text, notes: Notes, *, menu: bool) -> bool:
    if menu and key.value in {NEXT, GAVE_UP}:
        notes.wrong(key, Rule.BAD_NAME, f"{key.value} means something else here")
        return False
    return True


class _ChoiceReader:
    """One choice: phrases alone, or a mapping."""

    def __init__(self, key: Text, node: Node, *, path: Path, notes: Notes) -> None:
        self.ways: Branches | None = None
        self.whole = True
        self._key = key
        self._node = node
        self._path = path
        self._notes = notes
        notes.mark(path, key)

    def choice(self, *, menu: bool) -> Choice:
        """Read it."""
        if not isinstance(self._node, Fields):
            return Choice(name=self._key.value, says=self._phrases(self._node))
        table = Table(self._node, path=self._path, notes=self._notes, owner=self._key)
        written = table.take("says")
        says = () if written is None and "says" in table else self._phrases(written)
        pressed = self._pressed(table)
        way = table.take("next") if menu else None
        if way is not None:
            path = (*self._path[:2], "on", self._key.value)
            self.ways = read_targets(way, path=path, notes=self._notes)
            self.whole = self.ways is not None
        table.done()
        return Choice(name=self._key.value, says=says, key=pressed)

    def _phrases(self, node: Node | None) -> tuple[str, ...]:
        items = node.items if isinstance(node, Items) else (node,) if node is not None else ()
        phrases = []
        for item in items:
            if not isinstance(item, Text):
                self._notes.wrong(item, Rule.WRONG_SHAPE, "phrases are texts")
            elif phrase := _phrase(item, self._notes):
                phrases.append(phrase)
        if not items or (isinstance(node, Text) and not node.value):
            message = f"nothing can be said to choose {self._key.value}"
            self._notes.wrong(self._key, Rule.NO_PHRASE, message, "add says: [a phrase, …]")
        return tuple(dict.fromkeys(phrases))

    def _pressed(self, table: Table) -> str | None:
        pressed = table.text("key")
        if pressed and pressed not in KEYS:
            node = table.take("key") or self._key
            self._notes.wrong(
                node, Rule.BAD_VALUE, f"{shown(pressed)!r} is not a key", "one of 1 to 9 and #"
            )
            return None
        return pressed or None


def _phrase(node: Text, notes: Notes) -> str:
    """Read a phrase: lower-case words; `` when it is none (noted)."""
    spoken = node.value.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").replace("-", " ")
    phrase = " ".join(normalize("NFC", spoken).lower().rstrip(" .,?!").split())
    if len(phrase) <= _MOST_LETTERS and _PHRASE.match(phrase):
        return phrase
    if node.value:
        hint = "letters, spaces and apostrophes; write numbers as words"
        notes.wrong(node, Rule.BAD_PHRASE, f"{shown(node.value)!r} cannot be listened for", hint)
    return ""
