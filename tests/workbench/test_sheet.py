"""The sheet to sign: what stands on it, and that it prints."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from ivr.flow.machine import FlowBook
from ivr.flow.model import Flow, Say
from ivr.workbench.saying import sayings_of
from ivr.workbench.sheet import Print, sheet_of, told_automated
from tests.flows.shipped import book, wording
from tests.support.need import need_program

TODAY = date(2026, 11, 23)


def sheet(*names: str, own_words: bool = False) -> str:
    flows = [book().flows[name] for name in names]
    return sheet_of(flows, made_from(book()), own_words=own_words)


def made_from(flows: FlowBook) -> Print:
    queues = {"pharmacy": "the pharmacy", "front_desk": "the front desk"}
    return Print(flows, wording(), queues, TODAY, words_a_minute=160)


def words(page: str) -> str:
    """Give what can be read on *page*."""
    body = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    plain = re.sub(r"<[^>]+>", " ", body).replace("&#x27;", "'").replace("&quot;", '"')
    return " ".join(plain.split())


def test_every_prompt_stands_on_it_in_every_variant() -> None:
    page = words(sheet("refill_status"))
    sayings = sayings_of(book().flows["refill_status"], wording(), today=TODAY)
    assert [s.text for s in sayings if " ".join(s.text.split()) not in page] == []


def test_it_tells_where_callers_learn_that_this_is_a_machine() -> None:
    assert "“This is the automated assistant.”" in words(sheet("refill_status"))


def test_a_line_that_does_not_tell_is_told_of() -> None:
    main = book().flows["main_menu"]
    welcome = Say("welcome", "Welcome.", main.states["welcome"].on)  # type: ignore[union-attr] # a `say` has ways
    silent = replace(main, states={**main.states, "welcome": welcome})
    flows = FlowBook({**book().flows, "main_menu": silent}, version="x", start="main_menu")
    assert told_automated(flows) is None
    page = sheet_of([silent], made_from(flows), own_words=False)
    assert "Callers are not told before the first question." in page


def test_it_tells_how_to_reach_a_person_and_who_answers() -> None:
    page = words(sheet("main_menu"))
    assert "“operator”, “agent”, “representative”, “speak to someone” or key 0" in page
    assert "the front desk answers. Callers are told so in: menu." in page
    assert "After 3 tries that fail, a person takes over by itself." in page


def test_it_tells_the_size_of_menus_and_which_keys_they_have() -> None:
    page = words(sheet("main_menu"))
    assert "2 menus, up to 3 choices" in page
    assert "menu of 3 choices : appointment (key 1), refill (key 2), insurance (key 3)" in page


def test_a_question_tells_what_it_wants_to_know() -> None:
    assert "Ask number asks for the rx number" in words(sheet("refill_status"))
    assert "Ask sure asks for yes or no" in words(sheet("appointment_confirmation"))


def test_it_shows_how_numbers_dates_and_doses_are_spoken() -> None:
    page = words(sheet("refill_status"))
    assert "rx number 4821507 four eight two, one five zero seven" in page
    assert "ready by 2026-11-24 16:00:00 tomorrow, Tuesday, November twenty fourth" in page
    assert "drug lisinopril ten milligrams lisinopril ten milligrams" in page


def test_what_takes_long_is_marked() -> None:
    rows = re.findall(r"<tr>.*?</tr>", sheet("main_menu"), re.DOTALL)
    flagged = [words(row) for row in rows if '<td class="flag">' in row]
    assert any(row.startswith("help For an appointment, press 1.") for row in flagged)
    assert not any(row.startswith("asked") for row in flagged)


def test_what_an_author_writes_is_text_and_no_html() -> None:
    odd = replace(book().flows["main_menu"], title="<script>alert(1)</script>")
    page = sheet_of([odd], made_from(book()), own_words=False)
    assert "<script>" not in page


def test_it_needs_nothing_from_elsewhere() -> None:
    page = sheet(*book().flows, own_words=True)
    assert not re.findall(r"(?:src|href)=|url\(|@import", page)


@pytest.mark.parametrize(
    ("names", "pages"),
    [(["main_menu"], 1), (["eligibility"], 1), (["appointment_confirmation"], 2)],
)
def test_a_flow_is_printed_on_one_page_where_it_fits(
    names: Sequence[str], pages: int, tmp_path: Path
) -> None:
    chromium = need_program("chromium", package="chromium")
    file = tmp_path / "sheet.html"
    file.write_text(sheet(*names), encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(file.as_uri())
        printed = page.pdf(prefer_css_page_size=True, print_background=True)
        browser.close()
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == pages


def test_a_flow_of_one_state_has_a_sheet() -> None:
    flow: Flow = replace(
        book().flows["keep_my_place"],
        states={"number_kept": book().flows["keep_my_place"].states["number_kept"]},
        start="number_kept",
    )
    page = words(sheet_of([flow], made_from(book()), own_words=False))
    assert "no menu" in page
    assert "Read and approved by" in page
