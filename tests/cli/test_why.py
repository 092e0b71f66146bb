"""`ivr why`: one call in plain words, or a list of the suspicious ones."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ivr.cli.main import EXIT_MISUSE, main
from ivr.records.calls import CallBook
from ivr.story.calls import CallOutcome
from ivr.story.facts import Fact
from ivr.story.story import Story
from ivr.story.turns import Judged
from tests.story.stories import CALL, MEDIA, abandoned, given_up, story, turn

GOOD = story(turn(Judged.ACCEPTED), turn(Judged.KEYED))
LOST = given_up(*[turn(Judged.NO_WORDS)] * 3, media=[replace(MEDIA, received=1840, lost=160)])
SILENT = abandoned(*[turn(Judged.SILENT)] * 3)


def named(told: Story, call: str, *, ago: timedelta = timedelta()) -> Story:
    """Give the same story to another *call*, that began *ago*."""
    began = datetime.now(UTC) - ago - timedelta(minutes=5)
    row = replace(told.row, call=call, started=began)
    turns = tuple(replace(one, call=call) for one in told.turns)
    steps = tuple(replace(one, call=call) for one in told.steps)
    media = tuple(replace(one, call=call) for one in told.media)
    return replace(told, row=row, turns=turns, steps=steps, media=media)


def keep(folder: Path, told: Sequence[Story]) -> None:
    async def write() -> None:
        book = CallBook(folder / "calls.db")
        await book.start()
        for one in told:
            facts: list[Fact] = [*one.turns, *one.steps, *one.media, *one.messages, one.row]
            for fact in facts:
                book.take(fact)
        await book.flush()
        await book.close()

    asyncio.run(write())


def why(capsys: pytest.CaptureFixture[str], folder: Path, *arguments: str) -> tuple[int, str]:
    status = main(["why", *arguments, "--data", str(folder)])
    printed = capsys.readouterr()
    return status, printed.out + printed.err


def test_a_bad_call_is_explained_with_advice_and_the_next_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(tmp_path, [LOST])
    status, printed = why(capsys, tmp_path, CALL)
    verdict, *lines = printed.splitlines()
    assert status == 1
    assert verdict == "Packets were lost; the caller talked to a person."
    assert "why       8.0% of the caller's packets were lost (160); MOS 3.6. (broke the" in lines
    assert "type      ivr trunks" in lines
    assert f"Call {CALL}, Mon 02 Nov 2026" in lines
    assert max(map(len, lines)) < 80


def test_a_good_call_is_told_and_nothing_is_suspicious(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(tmp_path, [GOOD])
    status, printed = why(capsys, tmp_path, CALL[:3])
    assert status == 0
    assert printed.startswith("Nothing suspicious: the line did what the caller wanted.\n")
    assert "Turn 1, main_menu.welcome: asked for a choice" in printed


def test_the_last_call_that_ended_is_the_one_of_a_moment_ago(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    living = named(story(turn(Judged.ACCEPTED), outcome=None, ended=None), "cc" * 6)
    older = named(GOOD, "aa" * 6, ago=timedelta(hours=2))
    keep(tmp_path, [older, named(SILENT, "bb" * 6, ago=timedelta(hours=1)), living])
    _, printed = why(capsys, tmp_path, "last")
    assert "Call bbbbbbbbbbbb" in printed


def test_scripts_get_the_same_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep(tmp_path, [LOST])
    _, printed = why(capsys, tmp_path, CALL, "--json")
    told = json.loads(printed)
    assert told["suspicions"][0]["what"] == "packet_loss"
    assert told["suspicions"][0]["command"] == "ivr trunks"
    assert len(told["story"]) == 7


def test_suspicious_calls_are_listed_the_worst_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    slow = story(turn(Judged.ACCEPTED, latency=2.5))
    calls = [named(slow, "aa" * 6), named(GOOD, "bb" * 6), named(SILENT, "cc" * 6)]
    keep(tmp_path, [*calls, named(LOST, "dd" * 6, ago=timedelta(days=2))])
    status, printed = why(capsys, tmp_path, "--bad")
    first, second, last = printed.splitlines()
    assert status == 1
    assert first.startswith("cccccccccccc")
    assert first.endswith("broke the call  the caller never said a word")
    assert second.startswith("aaaaaaaaaaaa")
    assert last == "2 of 3 calls are suspicious."
    _, printed = why(capsys, tmp_path, "--bad", "--since", "7d", "--json")
    assert [one["call"][:2] for one in json.loads(printed)] == ["cc", "dd", "aa"]


def test_a_beginning_that_several_calls_share_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(tmp_path, [named(GOOD, "abab00000000"), named(GOOD, "abab11111111")])
    status, printed = why(capsys, tmp_path, "abab")
    assert status == EXIT_MISUSE
    assert "2 calls begin with abab" in printed
    assert "type more of it" in printed


@pytest.mark.parametrize("call", ["0123", "last"])
def test_a_call_that_is_not_there_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], call: str
) -> None:
    keep(tmp_path, [story(outcome=None, ended=None)])
    status, printed = why(capsys, tmp_path, call)
    assert status == EXIT_MISUSE
    assert "ivr why --bad" in printed


@pytest.mark.parametrize("wrong", [["xyz"], ["--bad", "--since", "soon"], [], ["0a", "--bad"]])
def test_what_is_no_call_and_no_span_of_time_is_refused(
    capsys: pytest.CaptureFixture[str], wrong: Sequence[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["why", *wrong])
    assert "usage: ivr why" in capsys.readouterr().err


def test_without_records_one_line_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, printed = why(capsys, tmp_path, "last")
    assert status == EXIT_MISUSE
    assert printed.count("\n") == 1


def test_a_crashed_call_is_accounted_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(tmp_path, [story(turn(Judged.ACCEPTED), outcome=CallOutcome.CRASHED, ended=None)])
    _, printed = why(capsys, tmp_path, CALL)
    assert printed.startswith("The line ended in the middle of the call")
