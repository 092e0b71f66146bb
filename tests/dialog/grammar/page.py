"""The tables of what is understood everywhere, written into the page from the code."""

from collections.abc import Mapping
from typing import TypeVar

from ivr.dialog import confidence, tripwire, universals
from tests.support.need import ROOT

PAGE = ROOT / "docs" / "reference" / "what-callers-can-say.md"
LANGUAGES = ("en", "es")
Name = TypeVar("Name", bound=str)


def tables() -> dict[str, str]:
    """Give the tables by the name of their marks."""
    return {
        "wishes": _phrases(universals.PHRASES),
        "dangers": _phrases(tripwire.PHRASES),
        "bands": _bands(),
    }


def replaced(text: str) -> str:
    """Put the tables where their marks are."""
    for name, table in tables().items():
        begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->\n"
        head, _, rest = text.partition(begin)
        text = f"{head}{begin}\n{table}\n{end}{rest.partition(end)[2]}"
    return text


def _phrases(groups: Mapping[str, Mapping[Name, tuple[str, ...]]]) -> str:
    lines = ["| | English | Spanish |", "|---|---|---|"]
    for name in groups["en"]:
        cells = (", ".join(groups[language][name]) for language in LANGUAGES)
        lines.append(f"| **{name.replace('_', ' ')}** | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _bands() -> str:
    lines = ["| answer | taken from | read back from |", "|---|---|---|"]
    lines += [
        f"| `{kind}` | {bounds.accept:.2f} | {bounds.confirm:.2f} |"
        for kind, bounds in confidence._BOUNDS.items()
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(replaced(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
