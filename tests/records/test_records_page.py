"""The page of records tells every table and column, and none that is not there."""

import re

from ivr.records.tables import metadata
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
