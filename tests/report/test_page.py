"""The page holds everything, names nobody, leads nowhere else, and says when it cannot say."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from playwright.async_api import Page

from ivr.dialog.actions import HandoffReason
from ivr.report.figures import Figures, Outcomes, Reason, Totals
from ivr.report.page import CONTENTS, page_of
from ivr.report.words import OUTCOMES, Words
from ivr.story.calls import CallOutcome
from ivr.story.story import Story
from tests.flows.shipped import book
from tests.report.store import OCTOBER, keep, report
from tests.support.browser import Chromium, browsing

VOID = {"meta", "rect"}
NOON = datetime(2026, 11, 1, 17, tzinfo=UTC)
BLANK = Figures("Cedar Street Clinic", OCTOBER, NOON, NOON)
WIDTHS = (390, 1100)  # a telephone, a desk


class Reader(HTMLParser):
    """Reads strictly: what is opened is closed, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.leads_to: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        self.ids += [found["id"] or ""] if "id" in found else []
        self.leads_to += [found["href"] or ""] if "href" in found else []
        self.loads += [found["src"] or ""] if "src" in found else []

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory, stories: tuple[Story, ...]) -> Figures:
    file = tmp_path_factory.mktemp("kept") / "calls.db"
    keep(file, stories)
    return report(file)


@pytest.fixture(scope="module")
def page(figures: Figures) -> str:
    return page_of(figures, Words(book().flows))


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    yield from browsing(tmp_path_factory.mktemp("browser"))


def test_it_is_whole_and_needs_nothing_beside_it(page: str) -> None:
    reader = read(page)
    assert reader.loads == []
    assert {where[0] for where in reader.leads_to} == {"#"}
    assert not re.search(r"<script|<link|@import|url\(|https?:", page)


def test_every_link_leads_to_one_place(page: str) -> None:
    reader = read(page)
    assert len(set(reader.ids)) == len(reader.ids)
    assert {where[1:] for where in reader.leads_to} <= set(reader.ids)
    assert {name for name, _ in CONTENTS} <= set(reader.ids)


def test_every_list_of_calls_is_led_to(page: str, figures: Figures) -> None:
    led_to = set(read(page).leads_to)
    assert {f"#calls-{name}" for name in figures.behind} <= led_to


def test_every_section_begins_with_a_sentence(page: str) -> None:
    sections = page.split("<section ")[1:]
    assert len(sections) == len(CONTENTS)
    for section in sections:
        assert re.search(r'</h2>\n<p class="lead">[^\n]+[.:]</p>', section)


def test_it_speaks_the_words_of_the_flows(page: str) -> None:
    assert "Prescription refill: ask number" in page
    assert "Please say or key in your seven digit prescription number." in page
    assert "refill_status.ask_number</" not in page


def test_what_was_planted_is_told_first(page: str) -> None:
    first = page.partition("Look at these first")[2].partition("</ul>")[0]
    assert "about Prescription refill on Wednesday, October 14, 2026, 10 AM to 12 PM" in first
    assert re.search(r"Prescription refill: ask number: \d\d% of the answers got nowhere", first)


def test_nobody_is_in_it(page: str, figures: Figures) -> None:
    assert not re.search(r"0{11}[0-9a-f]{5}", page)  # pseudonyms of the invented callers
    assert figures.behind
    assert "Ann" not in page.replace("Answer", "")


def test_three_calls_are_too_few_to_say() -> None:
    few: Outcomes = {CallOutcome.CONTAINED: 3}
    told = replace(
        BLANK,
        totals=Totals(few),
        days=((OCTOBER.first, 3), (OCTOBER.last, 0)),
        hours={(3, 9): 3},
        reasons=(Reason("refill_status", few),),
    )
    written = page_of(told, Words())
    row = written.partition('id="about"')[2].partition("<tbody>")[2].partition("</tr>")[0]
    assert row.count("too few to say") == 2
    assert "too few to compare" in written


def test_a_month_without_calls_says_so() -> None:
    assert "No calls in October 2026. Other periods have calls." in page_of(BLANK, Words())
    never = replace(BLANK, since=None)
    assert "No call is kept at all." in page_of(never, Words())


def test_a_name_is_never_markup(figures: Figures) -> None:
    evil = "<script>alert(1)</script>\"'"
    reasons = (replace(figures.reasons[0], about=evil),)
    written = page_of(
        replace(figures, practice=evil, reasons=reasons, left_in=((evil, 3),)), Words()
    )
    assert "<script" not in written
    read(written)


def test_every_end_and_every_reason_has_words() -> None:
    assert set(OUTCOMES) == {None, *CallOutcome}
    words = Words()
    assert all(" " in words.reason(reason) for reason in HandoffReason)


def test_a_flow_that_is_gone_stands_for_itself() -> None:
    words = Words()
    assert words.about("flu_shots") == "Flu shots"
    assert words.state("flu_shots.ask_day") == "Flu shots: ask day"
    assert words.prompt("flu_shots.ask_day") == ""
    assert words.state("") == "before the first words"


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_sticks_out_on_a_screen(
    chromium: Chromium, page: str, tmp_path: Path, width: int
) -> None:
    file = tmp_path / "report.html"
    file.write_text(page, encoding="utf-8")

    async def scene(shown: Page) -> None:
        await shown.set_viewport_size({"width": width, "height": 800})
        await shown.goto(file.as_uri())
        assert await shown.evaluate("document.documentElement.scrollWidth") <= width
        await shown.click("#about table a")
        assert await shown.evaluate("location.hash.startsWith('#calls-about-')")

    chromium.play(scene)
