"""Documents: links lead somewhere, the changelog keeps its form, decisions are listed."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.house.names import GLOSSARY, replaced
from tests.house.source import tracked, under
from tests.support.need import ROOT

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
CHANGES = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")
DECISIONS = ROOT / "docs" / "decisions"


def documents() -> Iterator[Path]:
    return (path for path in tracked() if path.suffix == ".md")


def anchors(path: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", path.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).strip().replace(" ", "-") for each in headings}


def test_every_link_leads_to_a_file_and_a_heading_of_it() -> None:
    dead = []
    for document in documents():
        text = FENCE.sub("", (ROOT / document).read_text(encoding="utf-8"))
        for link in LINK.findall(text):
            if re.match(r"https?:|mailto:", link):
                continue
            name, _, anchor = link.partition("#")
            target = ROOT / document.parent / name if name else ROOT / document
            if not target.exists() or (anchor and anchor not in anchors(target)):
                dead.append(f"{document}: {link}")
    assert dead == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, todo = set[Path](), [ROOT / "README.md"]
    while todo:
        page = todo.pop().resolve()
        if page in reached or not page.is_file():
            continue
        reached.add(page)
        if page.suffix == ".md":
            names = (link.partition("#")[0] for link in LINK.findall(page.read_text("utf-8")))
            todo += [page.parent / name for name in names if name and "://" not in name]
    assert [str(page) for page in documents() if (ROOT / page).resolve() not in reached] == []


def test_the_changelog_keeps_its_form() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    releases = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert releases[0] == "[Unreleased]"
    dated = re.compile(r"\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d$")
    assert [release for release in releases[1:] if not dated.match(release)] == []
    assert set(re.findall(r"^### (.+)$", text, re.MULTILINE)) <= set(CHANGES)
    body = text[text.index("## [Unreleased]") :].splitlines()
    assert [line for line in body if not re.match(r"$|##|- |  \S|\[", line)] == []


def test_decisions_are_numbered_without_a_gap_and_listed() -> None:
    found = sorted(path.name for path in DECISIONS.glob("[0-9]*.md"))
    assert [int(name[:4]) for name in found] == list(range(1, len(found) + 1))
    listed = (DECISIONS / "README.md").read_text(encoding="utf-8")
    assert [name for name in found if f"]({name})" not in listed] == []


def test_the_glossary_names_every_public_class_of_the_core() -> None:
    text = GLOSSARY.read_text(encoding="utf-8")
    assert text == replaced(text), "write it anew: .venv/bin/python -m tests.house.names"


def test_every_log_sentence_the_operator_is_told_of_is_one() -> None:
    page = (ROOT / "docs" / "howto" / "when-something-breaks.md").read_text(encoding="utf-8")
    section = page[page.index("## What the log says") : page.index("## The machine")]
    sentences = re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)
    code = "".join(module.text for module in under("ivr", "sip"))
    assert len(sentences) > 5
    assert [sentence for sentence in sentences if f'"{sentence}"' not in code] == []
