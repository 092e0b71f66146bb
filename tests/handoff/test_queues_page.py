"""The page of queues names every key that the reader knows."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
KEY = re.compile(
    r"(?:table|queue)\.\w+\(\s*\"(\w+)\"|_words\(table, \"(\w+)\"|_moment\(table, \"(\w+)\""
)


def test_every_key_of_the_reader_is_on_the_page() -> None:
    page = (ROOT / "docs" / "reference" / "queues.md").read_text("utf-8")
    code = "".join(
        (ROOT / "ivr" / "handoff" / name).read_text("utf-8")
        for name in ("queues_file.py", "opening.py")
    )
    keys = {key for found in KEY.findall(code) for key in found if key}
    assert len(keys) > 15
    assert sorted(key for key in keys if f"`{key}`" not in page) == []
