"""Number words, and saying numbers and digits with them."""

from collections.abc import Mapping
from typing import Final

from ivr.dialog.grammar.text import Words, fold, language_of, listed

DIGITS: Final[Mapping[str, Words]] = {
    "en": listed("zero|one|two|three|four|five|six|seven|eight|nine"),
    "es": listed("cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve"),
}
HEARD_DIGITS: Final[Mapping[str, Words]] = {
    "en": ("zero", "oh", *DIGITS["en"][1:]),
    "es": DIGITS["es"],
}
"""The words a digit string is made of; callers say "oh" as often as "zero"."""

TEENS: Final[Mapping[str, Words]] = {
    "en": listed("ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"),
    "es": listed("diez|once|doce|trece|catorce|quince|dieciséis|diecisiete|dieciocho|diecinueve"),
}
TENS: Final[Mapping[str, Words]] = {
    "en": listed("twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"),
    "es": listed("veinte|treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa"),
}
TWENTIES_ES: Final = listed(
    "veintiuno|veintidós|veintitrés|veinticuatro|veinticinco"
    "|veintiséis|veintisiete|veintiocho|veintinueve"
)
_HUNDREDS_ES = listed(
    "ciento|doscientos|trescientos|cuatrocientos|quinientos"
    "|seiscientos|setecientos|ochocientos|novecientos"
)
_HUNDRED = 100
_THOUSAND = 1000
_GROUP = 3  # digits a listener keeps at once; the last group may have one more


def _under_hundred(language: str) -> Words:
    link = " y " if language == "es" else " "
    names = [*DIGITS[language], *TEENS[language]]
    for tens in TENS[language]:
        names += [tens, *(f"{tens}{link}{ones}" for ones in DIGITS[language][1:])]
    if language == "es":
        first = names.index("veinte") + 1
        names[first : first + len(TWENTIES_ES)] = TWENTIES_ES
    return tuple(names)


UNDER_HUNDRED: Final[Mapping[str, Words]] = {tag: _under_hundred(tag) for tag in DIGITS}
ORDINALS_EN: Final = (
    *listed("first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth"),
    *listed("thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth"),
    *listed("twentieth|twenty first|twenty second|twenty third|twenty fourth|twenty fifth"),
    *listed("twenty sixth|twenty seventh|twenty eighth|twenty ninth|thirtieth|thirty first"),
)
"""First to thirty first: places in a menu, days of a month."""

CARDINALS: Final[Mapping[str, Mapping[Words, int]]] = {
    tag: {fold(name): number for number, name in enumerate(names)}
    for tag, names in UNDER_HUNDRED.items()
}
"""Folded words to 0 … 99."""


def cardinal(number: int, language: str) -> str:
    """Say a whole number; from a million on digit by digit, which no prompt of a clinic needs."""
    tag = language_of(language)
    if number < 0:
        return f"{'menos' if tag == 'es' else 'minus'} {cardinal(-number, tag)}"
    if number >= _THOUSAND * _THOUSAND:
        return say_digits(str(number), tag)
    if number < _HUNDRED:
        return UNDER_HUNDRED[tag][number]
    scale = _HUNDRED if number < _THOUSAND else _THOUSAND
    count, rest = divmod(number, scale)
    lead = _scaled_es(count, scale, rest) if tag == "es" else _scaled_en(count, scale)
    return f"{lead} {cardinal(rest, tag)}" if rest else lead


def _scaled_en(count: int, scale: int) -> str:
    return f"{cardinal(count, 'en')} {'hundred' if scale == _HUNDRED else 'thousand'}"


def counted(number: int, language: str) -> str:
    """Say a number before what it counts: in Spanish "uno" is "un" there."""
    said = cardinal(number, language)
    if language_of(language) == "en" or not said.endswith("uno"):
        return said
    return f"{said.removesuffix('veintiuno')}veintiún" if said.endswith("iuno") else said[:-1]


def _scaled_es(count: int, scale: int, rest: int) -> str:
    if scale == _HUNDRED:
        return "cien" if count == 1 and not rest else _HUNDREDS_ES[count - 1]
    return "mil" if count == 1 else f"{counted(count, 'es')} mil"


def say_digits(digits: str, language: str) -> str:
    """Say *digits* one by one, in groups a listener can keep: 3-2, 3-3, 3-4, 3-3-4."""
    groups: list[str] = []
    rest = digits
    while len(rest) > _GROUP + 1:
        groups.append(rest[:_GROUP])
        rest = rest[_GROUP:]
    return say_groups((*groups, rest), language)


def say_groups(groups: tuple[str, ...], language: str) -> str:
    """Say groups of digits with a comma, which a synthesiser makes a pause, between them."""
    names = DIGITS[language_of(language)]
    return ", ".join(" ".join(names[int(digit)] for digit in group) for group in groups)
