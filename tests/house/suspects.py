"""The page of suspicions, whose table is written from the code."""

from ivr.story.lore import LORE
from ivr.story.suspects import Suspect
from tests.support.need import ROOT

PAGE = ROOT / "docs" / "reference" / "suspicions.md"
BEGIN, END = "<!-- suspects -->\n", "<!-- end of suspects -->\n"


def table() -> str:
    """Write the table, causes before what follows from them."""
    rows = (
        f"| `{suspect}` | {LORE[suspect].title} | {LORE[suspect].when} | {_to_do(suspect)} |\n"
        for suspect in Suspect
    )
    return "\n| name | what | suspected when | what to do |\n|---|---|---|---|\n" + "".join(rows)


def replaced(text: str) -> str:
    """Put the table where the marks are."""
    head, _, rest = text.partition(BEGIN)
    return head + BEGIN + table() + "\n" + END + rest.partition(END)[2]


def _to_do(suspect: Suspect) -> str:
    lore = LORE[suspect]
    command = lore.command.format(call="CALL", flow="FLOW")
    return f"{lore.advice} `{command}`" if command else lore.advice


if __name__ == "__main__":
    PAGE.write_text(replaced(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
