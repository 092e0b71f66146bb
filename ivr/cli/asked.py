"""Asking several lines one thing, and finding the line a call is on."""

import argparse
import asyncio
import sys
from collections.abc import Iterator
from typing import Any

from ivr.cli.lines import lines_of
from ivr.errors import StoreUnavailable
from ivr.watch.reach import Reach, ask

EXIT_REFUSED = 1
NO_CALL = "no living call begins with {}; `ivr calls` lists them, `ivr why` tells of past ones"

Answers = list[tuple[Reach, dict[str, Any]]]


def ask_all(options: argparse.Namespace, what: str, **given: str) -> Answers:
    """
    Ask every line that *options* name; one that does not answer is told of and left out.

    Raises:
        StoreUnavailable: None answers.
    """
    return asyncio.run(_ask_all(lines_of(options), what, given))


async def _ask_all(lines: list[Reach], what: str, given: dict[str, str]) -> Answers:
    asked = [ask(line, what, **given) for line in lines]
    found = await asyncio.gather(*asked, return_exceptions=True)
    answers: Answers = []
    for line, answer in zip(lines, found, strict=True):
        trouble = answer if isinstance(answer, BaseException) else answer.get("error")
        if isinstance(answer, dict) and not trouble:
            answers.append((line, answer))
        elif isinstance(trouble, str | StoreUnavailable) and len(lines) > 1:
            print(f"{line.name}: {trouble}", file=sys.stderr)
        elif isinstance(trouble, BaseException):
            raise trouble
        else:
            raise StoreUnavailable(str(trouble))
    if not answers:
        raise StoreUnavailable("no line answers")
    return answers


def rows_of(answers: Answers, member: str) -> Iterator[dict[str, Any]]:
    """Give the rows called *member* of every answer; of several lines each says of which."""
    for line, answer in answers:
        for row in answer.get(member, []):
            yield {"line": line.name, **row} if len(answers) > 1 else row


def find_call(options: argparse.Namespace, written: str) -> tuple[Reach, str]:
    """
    Find the living call whose id begins as *written*, and its line.

    Raises:
        StoreUnavailable: There is none, or more than one.
    """
    found = [
        (line, call["call"])
        for line, answer in ask_all(options, "calls")
        for call in answer.get("calls", [])
        if call["call"].startswith(written)
    ]
    if not found:
        raise StoreUnavailable(NO_CALL.format(written))
    if len(found) > 1:
        raise StoreUnavailable(f"{len(found)} calls begin with {written}: write more of it")
    return found[0]
