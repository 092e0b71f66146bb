"""An account of a call, written for a terminal of eighty columns, or for scripts."""

from collections.abc import Iterator, Mapping
from textwrap import wrap
from typing import Any

from ivr.printing import printable
from ivr.story.lore import LORE
from ivr.story.story import Story
from ivr.story.suspects import Suspicion
from ivr.story.why import Account, next_command

WIDTH = 79  # columns; eighty less the one that makes some terminals wrap
INDENT = 10  # columns


# ---------------------------------------------------------------- one call


def text(told: Story, account: Account) -> Iterator[str]:
    """Write an account, line by line, for a terminal of eighty columns."""
    row = told.row
    yield from wrap(account.verdict, WIDTH)
    for number, suspicion in enumerate(account.suspicions):
        if number <= 1:
            yield ""
        yield from _suspicion(suspicion, told, first=number == 0)
    yield ""
    yield f"Call {row.call}, {row.started.astimezone():%a %d %b %Y}"
    for moment in account.moments:
        yield from _entry(f"{moment.at.astimezone():%H:%M:%S}", moment.text)


def _suspicion(suspicion: Suspicion, told: Story, *, first: bool) -> Iterator[str]:
    lore = LORE[suspicion.what]
    how = f"({suspicion.severity.words})"
    if not first:
        yield from _entry(
            "also", f"{lore.title[0].upper()}{lore.title[1:]}. {suspicion.evidence} {how}"
        )
        return
    yield from _entry("why", f"{suspicion.evidence} {how}")
    yield from _entry("do", lore.advice)
    if command := next_command(suspicion, told):
        yield from _entry("type", command)


def _entry(title: str, said: str) -> Iterator[str]:
    lines = wrap(printable(said), WIDTH - INDENT, break_long_words=False, break_on_hyphens=False)
    for number, line in enumerate(lines or [""]):
        yield f"{title if number == 0 else '':<{INDENT}}{line}"


def as_json(told: Story, account: Account) -> Mapping[str, Any]:
    """Give an account for scripts."""
    return {
        **heading(told, account),
        "suspicions": [
            {
                "what": one.what,
                "severity": one.severity.words,
                "title": LORE[one.what].title,
                "evidence": one.evidence,
                "turns": one.turns,
                "advice": LORE[one.what].advice,
                "command": next_command(one, told),
            }
            for one in account.suspicions
        ],
        "story": [{"at": moment.at.isoformat(), "text": moment.text} for moment in account.moments],
    }


def line(told: Story, account: Account) -> str:
    """Write a suspicious call in one line."""
    first = account.suspicions[0]
    at = f"{told.row.started.astimezone():%d %b %H:%M}"
    return f"{told.row.call:<12}  {at}  {first.severity.words:<14}  {LORE[first.what].title}"[
        :WIDTH
    ]


def heading(told: Story, account: Account) -> Mapping[str, Any]:
    """Give the gist of an account for scripts."""
    row = told.row
    return {
        "call": row.call,
        "started": row.started.isoformat(),
        "outcome": row.outcome,
        "verdict": account.verdict,
        "suspects": [one.what for one in account.suspicions],
        "severity": account.worst.words if account.worst else "",
    }
