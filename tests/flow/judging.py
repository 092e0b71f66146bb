"""Flows judged whole, as `ivr flow check` judges those of a line."""

from collections.abc import Mapping
from functools import cache

from ivr.errors import FlowError, FlowErrors
from ivr.flow.advice import Surroundings, advise
from ivr.flow.compiler import compile_book
from ivr.flow.reader import read_draft
from ivr.settings import Settings
from ivr.workbench.problems import surroundings
from tests.flow.operations import OPERATIONS

QUEUES = {"front_desk", "pharmacy", "billing"}
RESERVED = {"operator", "help", "repeat", "go back"}


@cache
def around() -> Surroundings:
    return surroundings(Settings())


def judged(files: Mapping[str, str], *, start: str = "example") -> tuple[FlowError, ...]:
    """Give every problem of *files* in their order, warnings and all."""
    found: list[FlowError] = []
    try:
        compile_book(files, OPERATIONS, start=start, reserved=RESERVED, queues=QUEUES)
    except FlowErrors as caught:
        found += caught.errors
    drafts = [read_draft(text, file=file) for file, text in files.items()]
    found += advise(drafts, OPERATIONS, start=start, around=around())
    return FlowErrors(found).errors
