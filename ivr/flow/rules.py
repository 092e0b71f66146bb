"""The rules a flow can break, by the names its errors carry (docs/reference/flow-rules.md)."""

from collections.abc import Iterable
from difflib import get_close_matches
from enum import StrEnum
from functools import lru_cache
from heapq import nlargest


class Rule(StrEnum):
    """Short names of the rules."""

    # the file
    ENCODING = "encoding"
    TOO_BIG = "too-big"
    TOO_DEEP = "too-deep"
    YAML = "yaml"
    NO_ALIAS = "no-alias"
    NO_TAG = "no-tag"
    NO_MERGE = "no-merge"
    DUPLICATE_KEY = "duplicate-key"
    # its shape
    UNKNOWN_KEY = "unknown-key"
    MISSING_KEY = "missing-key"
    TWO_SPELLINGS = "two-spellings"
    WRONG_SHAPE = "wrong-shape"
    BAD_NAME = "bad-name"
    BAD_VALUE = "bad-value"
    BAD_TEMPLATE = "bad-template"
    BAD_GUARD = "bad-guard"
    BAD_PHRASE = "bad-phrase"
    SPLIT_PROMPT = "split-prompt"
    STATE_KIND = "state-kind"
    MISSING_ELSE = "missing-else"
    AFTER_ELSE = "after-else"
    # the names in it
    UNKNOWN_SLOT_TYPE = "unknown-slot-type"
    UNKNOWN_STATE = "unknown-state"
    UNKNOWN_SLOT = "unknown-slot"
    UNKNOWN_ANSWER = "unknown-answer"
    UNKNOWN_FLOW = "unknown-flow"
    UNKNOWN_QUEUE = "unknown-queue"
    UNKNOWN_OPERATION = "unknown-operation"
    UNKNOWN_ARGUMENT = "unknown-argument"
    MISSING_ARGUMENT = "missing-argument"
    UNKNOWN_OUTCOME = "unknown-outcome"
    DUPLICATE_FLOW = "duplicate-flow"
    SLOT_DISAGREES = "slot-disagrees"
    UNASKABLE_SLOT = "unaskable-slot"
    # the ways through it
    MISSING_NEXT = "missing-next"
    UNHANDLED_OUTCOME = "unhandled-outcome"
    UNREACHABLE_STATE = "unreachable-state"
    DEAD_END = "dead-end"
    LOOPS_WITHOUT_LISTENING = "loops-without-listening"
    RECURSIVE_CALL = "recursive-call"
    NO_PROGRESS = "no-progress"
    # what is said and when
    MAYBE_UNSET = "maybe-unset"
    NEVER_SET = "never-set"
    SPEAKS_PRIVATE = "speaks-private"
    TEXTS_PRIVATE = "texts-private"
    NEEDS_PROOF = "needs-proof"
    LONG_MENU = "long-menu"
    LONG_PROMPT = "long-prompt"
    HARD_WORDS = "hard-words"
    UNTRANSLATED = "untranslated"
    # how it is answered
    NO_PHRASE = "no-phrase"
    NO_KEY = "no-key"
    KEY_RESERVED = "key-reserved"
    KEY_COLLIDES = "key-collides"
    KEY_FIRST = "key-first"
    NO_SUCH_KEY = "no-such-key"
    PHRASE_RESERVED = "phrase-reserved"
    PHRASE_COLLIDES = "phrase-collides"
    PHRASES_OVERLAP = "phrases-overlap"
    SOUNDS_ALIKE = "sounds-alike"
    UNKNOWN_WORD = "unknown-word"


WARNINGS = frozenset(
    {
        Rule.NO_PROGRESS,
        Rule.NEVER_SET,
        Rule.LONG_PROMPT,
        Rule.HARD_WORDS,
        Rule.UNTRANSLATED,
        Rule.NO_KEY,
        Rule.KEY_FIRST,
        Rule.NO_SUCH_KEY,
        Rule.PHRASES_OVERLAP,
        Rule.SOUNDS_ALIKE,
        Rule.UNKNOWN_WORD,
    }
)
"""The rules whose breach does not keep a flow from going live."""


MOST_NAMES = 200  # to guess among; the guess looks at each, for each misspelt name
_LIKELY = 3  # of them, by their letters, are looked at closely: that takes a hundred times as long


def closest(word: str, names: Iterable[str]) -> str | None:
    """Find the name that *word* is most likely a misspelling of."""
    among = list(names)
    if len(among) > MOST_NAMES:
        return None
    parts = _parts(word[:60])
    likely = nlargest(_LIKELY, among, key=lambda name: len(parts & _parts(name)))
    found = get_close_matches(word[:60], likely, n=1, cutoff=0.6)
    return found[0] if found else None


@lru_cache(maxsize=4 * MOST_NAMES)
def _parts(word: str) -> frozenset[str]:
    """Give the letters of *word* and its pairs of letters: quick to compare."""
    return frozenset(word) | {word[at : at + 2] for at in range(len(word) - 1)}


def did_you_mean(word: str, names: Iterable[str]) -> str:
    """Render a hint: the likely name, else the known ones (the first twelve)."""
    known = sorted(set(names))
    if guess := closest(word, known):
        return f"did you mean {guess}?"
    if not known:
        return ""
    return "known: " + ", ".join(known[:12]) + (", …" if len(known) > 12 else "")  # noqa: PLR2004 - said above


def shown(text: str) -> str:
    """Clip what the author wrote so that a message stays one short line."""
    line = " ".join(text.split())
    return line if len(line) <= 40 else line[:39] + "…"  # noqa: PLR2004 - a third of a terminal
