"""The glossary's second half: the public classes of the core, as their docstrings tell them."""

import ast
from pathlib import Path

from tests.support.need import ROOT

GLOSSARY = ROOT / "docs" / "glossary.md"
BEGIN, END = "<!-- names -->\n", "<!-- end of names -->\n"
PACKAGES = ("ivr/dialog", "ivr/handoff")


def names() -> str:
    """Write the tables, one a package."""
    tables = []
    for package in PACKAGES:
        rows = [row for file in sorted((ROOT / package).rglob("*.py")) for row in _rows(file)]
        tables.append(f"\n### {package}\n\n| class | is |\n|---|---|\n" + "".join(sorted(rows)))
    return "".join(tables)


def replaced(text: str) -> str:
    """Put the tables where the marks are."""
    head, _, rest = text.partition(BEGIN)
    return head + BEGIN + names() + "\n" + END + rest.partition(END)[2]


def _rows(file: Path) -> list[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return [
        f"| {node.name} | {_first_line(node)} |\n"
        for node in tree.body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    ]


def _first_line(node: ast.ClassDef) -> str:
    # Stars mark arguments in docstrings; in a table cell a bar would end it.
    return (ast.get_docstring(node) or "").partition("\n")[0].replace("|", "or")


if __name__ == "__main__":
    GLOSSARY.write_text(replaced(GLOSSARY.read_text(encoding="utf-8")), encoding="utf-8")
