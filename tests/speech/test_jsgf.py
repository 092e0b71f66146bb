import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.dialog.grammar.build import listening_for
from ivr.dialog.grammar.digits import Digits
from ivr.dialog.grammar.phone import Phone
from ivr.dialog.grammar.yes_no import YesNo
from ivr.speech.jsgf import BadGrammarError, check

HEAD = "#JSGF V1.0;\ngrammar g;\n"


def test_the_words_of_a_grammar_are_found() -> None:
    text = (
        HEAD + "<a> = /0.9/ yes | /0.1/ [ oh ] no; // a comment\npublic <g> = <a> please { tag };"
    )
    assert check(text) == {"yes", "oh", "no", "please"}


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_grammars_of_this_line_pass_with_the_words_they_name(language: str) -> None:
    for grammar in (
        YesNo(language),
        Digits(7, 7, language),
        Digits(1, 20, language),
        Phone(language),
        None,
    ):
        asked = listening_for(grammar, question=None, language=language, sensitive=False)
        assert check(asked.jsgf) == set(asked.words)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("import <other.rule>;\npublic <g> = a;", "not a rule"),
        ("<g> = a;", "no public rule"),
        ("public <g> = a", "within a rule"),
        ("public <g> = ;", "not a rule"),
        ("public <g> = ( a;", "not complete"),
        ("public <g> = a );", "bracket"),
        ("public <g> = ( a ];", "bracket"),
        ("public <g> = a | ;", "not complete"),
        ("public <g> = | a;", "alternative"),
        ("public <g> = ();", "bracket"),
        ("public <g> = * a;", "alternative"),
        ("public <g> = a = b;", "operator"),
        ("public <g> = <g>;", "itself"),
        ("<a> = <b>; <b> = x <a>; public <g> = <a>;", "itself"),
        ("public <g> = <other>;", "not defined"),
        ("<g> = a; public <g> = b;", "twice"),
        ("public <g> = a\\b;", "character"),
        ('public <g> = "a b";', "character"),
        ("public <g> = " + "( " * 40 + "a" + " )" * 40 + ";", "deeply"),
        ("public <g> = " + "x" * 41 + ";", "word"),
    ],
)
def test_what_a_decoder_must_not_see_is_refused(body: str, why: str) -> None:
    with pytest.raises(BadGrammarError, match=why):
        check(HEAD + body)


def test_a_few_lines_that_expand_without_end_are_refused() -> None:
    rules = "".join(f"<r{i}> = <r{i + 1}> <r{i + 1}> <r{i + 1}>;\n" for i in range(20))
    with pytest.raises(BadGrammarError, match="too large"):
        check(f"{HEAD}{rules}<r20> = a;\npublic <g> = <r0>;")


def test_a_chain_too_long_for_the_stack_is_refused() -> None:
    rules = "".join(f"<r{i}> = <r{i + 1}>;\n" for i in range(5000))
    with pytest.raises(BadGrammarError, match="deeply"):
        check(f"{HEAD}{rules}<r5000> = a;\npublic <g> = <r0>;")


def test_a_text_without_end_is_refused() -> None:
    with pytest.raises(BadGrammarError, match="too long"):
        check(HEAD + "public <g> = " + "a " * 200_001 + ";")


@pytest.mark.parametrize(
    "text", ["", "hello", "#JSGF V1.0;", "#ABNF 1.0; grammar g; public <g> = a;"]
)
def test_a_text_that_is_no_grammar_is_refused(text: str) -> None:
    with pytest.raises(BadGrammarError, match="header"):
        check(text)


@given(st.text(alphabet='ab<>=;|()[]*+{}/. \n\\"public', max_size=80))
def test_any_body_is_read_or_refused(body: str) -> None:
    try:
        words = check(HEAD + body)
    except BadGrammarError:
        return
    assert all(words)
