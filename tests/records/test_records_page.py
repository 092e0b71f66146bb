"""The page of records tells every table and column, and none that is not there."""

import re
from dataclasses import fields

import pytest
from sqlalchemy import Table

from ivr.records import tables
from ivr.records.choosing import Kept
from ivr.records.tables import metadata
from ivr.story.calls import CallRow, Wait
from ivr.story.media import Media
from ivr.story.signalling import Message
from ivr.story.steps import Step
from ivr.story.turns import Sound, Turn
from tests.support.need import ROOT


def test_every_column_is_told_in_its_order() -> None:
    page = (ROOT / "docs/reference/records.md").read_text(encoding="utf-8")
    told = {}
    for section in re.split(r"^## ", page, flags=re.MULTILINE)[1:]:
        title, _, body = section.partition("\n")
        if title.startswith("`"):
            told[title.strip("` ")] = re.findall(r"^\| `(\w+)`", body, re.MULTILINE)
    assert told == {
        table.name: [column.name for column in table.columns] for table in metadata.tables.values()
    }


@pytest.mark.parametrize(
    ("kinds", "table"),
    [
        ((CallRow, Wait), tables.calls),
        ((Turn, Sound), tables.turns),
        ((Step,), tables.steps),
        ((Media,), tables.media),
        ((Message,), tables.messages),
    ],
)
def test_everything_that_is_told_has_a_column(
    kinds: tuple[type[Kept | Wait | Sound], ...], table: Table
) -> None:
    told = {field.name for kind in kinds for field in fields(kind)} - {"wait", "sound"}
    ours = {"run", "last_state"} if table is tables.calls else {"run", "number"}
    assert told - set(table.columns.keys()) == set()
    assert set(table.columns.keys()) - told - ours == set()
