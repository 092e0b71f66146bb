"""The tutorial's change, put live under a call as the tutorial tells it."""

from pathlib import Path

import pytest

from tests.house.snippets import Reader, snippets
from tests.line.conftest import NewLine
from tests.support.phone import Phone

pytestmark = pytest.mark.line
TUTORIAL = Path("docs/tutorial/first-flow.md")


def test_the_change_of_the_tutorial_goes_live_during_a_call(
    new_line: NewLine, tmp_path: Path
) -> None:
    reader = Reader(tmp_path)
    with new_line({"flows": {"folder": str(tmp_path / "flows")}}) as line:
        with Phone(line.port) as early:
            line.await_call(state="main_menu.menu")
            for snippet in snippets(TUTORIAL):
                if snippet.language == "yaml":
                    reader.follow(snippet)
            assert "Calls under way end as they began" in line.ivr("flow", "publish")
            early.press("1")
            line.await_call(state="verify_identity.ask_birth")
        with Phone(line.port) as late:
            line.await_call(state="main_menu.menu")
            late.press("4")
            line.await_call(state="main_menu.anything_else")
        old, new = line.await_rows(2)
    assert "main_menu.directions" in new["path"]
    assert old["version"] != new["version"]
