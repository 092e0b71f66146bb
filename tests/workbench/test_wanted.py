from datetime import date
from pathlib import Path

from ivr.dialog.grammar.build import yes_no_grammar
from ivr.dialog.wording import Phrases
from ivr.speech.recorded import RecordedSpeaker, Recording, read_manifest, text_hash
from ivr.workbench.saying import sayings_of
from ivr.workbench.wanted import entry, orphans, wanted
from tests.flows.shipped import book, wording
from tests.speech.test_recorded import Inner

TODAY = date(2026, 11, 23)


def texts(language: str = "en") -> dict[str, str]:
    return wanted(book(), wording(), today=TODAY)[language]


def test_prompts_of_flows_and_words_of_the_line_are_to_be_recorded() -> None:
    found = texts()
    assert found["Is there anything else I can help with?"] == "main_menu-anything_else-prompt.wav"
    assert found[wording()("en").no_input[0]] == "no_input-0.wav"
    assert found[yes_no_grammar("en").key_prompt()].endswith("-keys.wav")


def test_what_differs_from_call_to_call_is_not() -> None:
    assert not [text for text in texts() if "{" in text]
    assert wording()("en").briefing_urgent not in texts()


def test_with_all_of_it_recorded_every_fixed_variant_of_a_question_is() -> None:
    """But for a read-back: it holds what the caller said."""
    sounds = {"en": dict.fromkeys(texts(), b"sound")}
    speaker = RecordedSpeaker(Inner(), sounds)
    missing = [
        saying.text
        for flow in book().flows.values()
        for saying in sayings_of(flow, wording(), today=TODAY)
        if saying.cacheable
        and "I heard" not in saying.text
        and speaker.recorded(saying.text, language="en") is None
    ]
    assert missing == []


def test_spanish_is_recorded_in_spanish() -> None:
    words: Phrases = wording()("en")
    assert words.spanish in texts("es")
    assert words.spanish not in texts("en")


def test_an_entry_is_an_entry_of_a_manifest(tmp_path: Path) -> None:
    odd = 'He said: "yes" \\ #1, {no}'
    path = tmp_path / "manifest.yaml"
    path.write_text("recordings:\n" + entry(odd, "odd.wav"), encoding="utf-8")
    assert read_manifest(path) == ((Recording(odd, "odd.wav", text_hash(odd), 2),), ())


def test_words_that_nothing_says_any_more_are_told() -> None:
    old = Recording("Is there anything else I can help you with?", "else.wav", "", 7)
    good = Recording("Is there  anything else I can help with?", "good.wav", "", 9)
    (found,) = orphans([old, good], texts(), file="manifest.yaml")
    assert (found.line, found.rule) == (7, "recording-wording")
    assert "it is said now: Is there anything else I can help with?" in found.hint
