"""How words sound, in the phones of the CMU dictionary."""

import re
import unicodedata
from pathlib import Path

# Words clinics use that the CMU dictionary lacks, or knows in one way only.
ADDED = {
    "refill": ("R IH F IH L",),
    "refills": ("R IH F IH L Z",),
    "copay": ("K OW P EY",),
    "copays": ("K OW P EY Z",),
    "voicemail": ("V OY S M EY L",),
    "telehealth": ("T EH L AH HH EH L TH",),
    "walgreens": ("W AO L G R IY N Z",),
    "cvs": ("S IY V IY EH S",),
    "rx": ("AA R EH K S",),
    "metformin": ("M EH T F AO R M IH N",),
    "lisinopril": ("L AY S IH N AH P R IH L",),
    "atorvastatin": ("AH T AO R V AH S T AE T AH N",),
    "amlodipine": ("AE M L OW D AH P IY N",),
    "levothyroxine": ("L IY V OW TH AY R AA K S IY N",),
    "albuterol": ("AE L B Y UW T ER AO L",),
    "omeprazole": ("OW M EH P R AH Z OW L",),
    "losartan": ("L OW S AA R T AH N",),
    "gabapentin": ("G AE B AH P EH N T AH N",),
    "sertraline": ("S ER T R AH L IY N",),
}

# Longest first at each letter. Rough, but a rough word is recognised and a missing one never.
_RULES = (
    ("tion", "SH AH N"),
    ("sion", "ZH AH N"),
    ("ough", "AO"),
    ("augh", "AO"),
    ("eigh", "EY"),
    ("igh", "AY"),
    ("sch", "S K"),
    ("tch", "CH"),
    ("dge", "JH"),
    ("ch", "CH"),
    ("sh", "SH"),
    ("th", "TH"),
    ("ph", "F"),
    ("wh", "W"),
    ("ck", "K"),
    ("qu", "K W"),
    ("ng", "NG"),
    ("kn", "N"),
    ("wr", "R"),
    ("ee", "IY"),
    ("ea", "IY"),
    ("oo", "UW"),
    ("ou", "AW"),
    ("ow", "OW"),
    ("oi", "OY"),
    ("oy", "OY"),
    ("ai", "EY"),
    ("ay", "EY"),
    ("au", "AO"),
    ("aw", "AO"),
    ("ie", "IY"),
    ("ei", "IY"),
    ("ey", "IY"),
    ("er", "ER"),
    ("ir", "ER"),
    ("ur", "ER"),
    ("ar", "AA R"),
    ("or", "AO R"),
    ("ce", "S EH"),
    ("ci", "S IH"),
    ("cy", "S IY"),
    ("ge", "JH EH"),
    ("x", "K S"),
    ("a", "AE"),
    ("b", "B"),
    ("c", "K"),
    ("d", "D"),
    ("e", "EH"),
    ("f", "F"),
    ("g", "G"),
    ("h", "HH"),
    ("i", "IH"),
    ("j", "JH"),
    ("k", "K"),
    ("l", "L"),
    ("m", "M"),
    ("n", "N"),
    ("o", "AA"),
    ("p", "P"),
    ("q", "K"),
    ("r", "R"),
    ("s", "S"),
    ("t", "T"),
    ("u", "AH"),
    ("v", "V"),
    ("w", "W"),
    ("y", "IY"),
    ("z", "Z"),
)


class Pronunciations:
    """The CMU dictionary as one piece of text, with additions and a last resort."""

    def __init__(self, dictionary: Path) -> None:
        # 130,000 Python strings would be 30 MB; words of two equal letters stand together.
        self._text = b"\n" + dictionary.read_bytes() + b"\n"
        self._ranges: dict[bytes, tuple[int, int]] = {}
        at = 1
        for line in self._text[1:].splitlines(keepends=True):
            first, _ = self._ranges.get(line[:2], (at, at))
            at += len(line)
            self._ranges[line[:2]] = (first, at)

    def __call__(self, word: str) -> tuple[str, ...]:
        """Return how *word* may sound, most usual first; empty when it has no letters."""
        return (*self._look_up(word), *ADDED.get(word, ())) or spelt(word)

    def knows(self, word: str) -> bool:
        """Tell whether *word* is in a dictionary, so that its sound is not guessed."""
        return bool(self._look_up(word)) or word in ADDED

    def _look_up(self, word: str) -> tuple[str, ...]:
        found = []
        for variant in range(1, 9):
            key = (f"{word} " if variant == 1 else f"{word}({variant}) ").encode()
            first, last = self._ranges.get(key[:2], (1, 1))
            start = self._text.find(b"\n" + key, first - 1, last)
            if start < 0:
                break
            end = self._text.index(b"\n", start + 1)
            found.append(self._text[start + 1 : end].decode().split(maxsplit=1)[1].strip())
        return tuple(found)


def spelt(word: str) -> tuple[str, ...]:
    """Guess how *word* sounds from its letters; empty when it has none."""
    plain = unicodedata.normalize("NFD", word.replace("ñ", "ny"))
    rest = re.sub(r"[^a-z]", "", plain)
    rest = re.sub(r"([b-df-hj-np-tv-z])\1", r"\1", rest)  # doubled consonants sound once
    silent_e = len(rest) > 3 and rest.endswith("e") and rest[-2] not in "aeiou"  # noqa: PLR2004 - "the", "be" end in a sound
    rest = rest[:-1] if silent_e else rest
    phones = []
    while rest:
        letters, sound = next(rule for rule in _RULES if rest.startswith(rule[0]))
        phones.append(sound)
        rest = rest[len(letters) :]
    return (" ".join(phones),) if phones else ()
