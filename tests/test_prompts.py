import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.dialog.wording import Phrases
from ivr.errors import FlowErrors
from ivr.prompts import load_wording, read_phrases

SHIPPED = Path(__file__).parents[1] / "prompts"
ENGLISH = (SHIPPED / "en.yaml").read_text(encoding="utf-8")


def mistakes(text: str) -> list[str]:
    with pytest.raises(FlowErrors) as caught:
        read_phrases(text.encode(), file="en.yaml")
    return [f"{error.line} {error.rule}: {error.message}" for error in caught.value.errors]


def test_the_shipped_wording_is_read() -> None:
    phrases = load_wording(SHIPPED)("en")
    assert phrases.filler == "One moment, please."
    assert "\n" not in phrases.help


def test_a_missing_text_is_named() -> None:
    broken = ENGLISH.replace("goodbye: Thank you for calling. Goodbye.\n", "")
    assert mistakes(broken)[0].endswith("missing-key: goodbye is missing")


def test_an_unknown_text_is_named_with_its_line_and_a_guess() -> None:
    with pytest.raises(FlowErrors) as caught:
        read_phrases((ENGLISH + "hlep: What?\n").encode(), file="en.yaml")
    (error,) = caught.value.errors
    assert error.line == ENGLISH.count("\n") + 1
    assert error.hint == "did you mean help?"


def test_a_text_where_a_list_belongs_is_named() -> None:
    broken = ENGLISH.replace("no_match:\n", "no_match: Sorry.\nother:\n")
    assert any("no_match takes a list of texts" in mistake for mistake in mistakes(broken))


def test_a_list_where_a_text_belongs_is_named() -> None:
    broken = ENGLISH.replace("filler: One moment, please.", "filler: [One, moment]")
    assert mistakes(broken) == ["30 wrong-shape: filler takes a text"]


def test_a_lost_place_is_named() -> None:
    broken = ENGLISH.replace("{answer}", "{anser}")
    (mistake,) = mistakes(broken)
    assert mistake.endswith("bad-template: confirm must hold {answer}")


def test_all_mistakes_are_told_at_once() -> None:
    broken = ENGLISH.replace("{answer}", "").replace("filler: One moment, please.", "filler: ''")
    assert len(mistakes(broken)) == 2


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "just words", "a: [", "a: &b c\nd: *b\n"])
def test_what_is_no_wording_is_refused(text: str) -> None:
    assert mistakes(text)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "en.yaml").write_text(ENGLISH, encoding="utf-8")
    with pytest.raises(FlowErrors, match=r"es\.yaml:1:1: .*cannot be read"):
        load_wording(tmp_path)


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "en.yaml").write_bytes(b"help: \xff\n")
    (tmp_path / "es.yaml").write_text(ENGLISH, encoding="utf-8")
    with pytest.raises(FlowErrors, match="not UTF-8"):
        load_wording(tmp_path)


@given(st.text(max_size=200))
def test_any_text_is_wording_or_mistakes(text: str) -> None:
    with contextlib.suppress(FlowErrors):
        assert isinstance(read_phrases(text.encode("utf-8", "replace"), file="en.yaml"), Phrases)
