"""Lines, voices and people for the tests that ring."""

from collections.abc import Callable, Iterator, Sequence

import pytest

from tests.support.agent_phone import AgentPhone
from tests.support.browser import Chromium, browsing
from tests.support.line_process import LineProcess, Settings
from tests.support.sound import tone
from tests.support.voice import Renderer

AGENT_HZ = 1100.0  # what an agent who has accepted sounds like; no note of the hold music
RATE = 320  # words a minute, twice what callers are spoken to with
NewLine = Callable[..., LineProcess]


@pytest.fixture(scope="session")
def voice() -> Iterator[Renderer]:
    """What callers say."""
    with Renderer() as renderer:
        yield renderer


@pytest.fixture(scope="session")
def line_voice() -> Iterator[Renderer]:
    """What the lines of these tests say."""
    with Renderer(rate=RATE) as renderer:
        yield renderer


@pytest.fixture(scope="session")
def new_line(tmp_path_factory: pytest.TempPathFactory) -> NewLine:
    """
    Make a line that is not started yet; all of them share one cache of fixed prompts.

    It understands keys only, unless its settings say otherwise, and speaks fast: that saves
    most of the time.
    """
    cache = tmp_path_factory.mktemp("prompts")

    def new(
        settings: Settings | None = None, *, agents: Sequence[str] = (), prefix: Sequence[str] = ()
    ) -> LineProcess:
        tables = dict(settings or {})
        speech = {"engine": "none", "rate": RATE} | dict(tables.pop("speech", {}))
        folder = tmp_path_factory.mktemp("line")
        line = LineProcess(folder, tables | {"speech": speech}, agents=agents, prefix=prefix)
        line.data.mkdir(mode=0o700)
        (line.data / "prompts").symlink_to(cache)
        return line

    return new


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """Browser of people who work at a line's pages, or ring from them."""
    yield from browsing(tmp_path_factory.mktemp("browser"))


@pytest.fixture
def agent() -> Iterator[AgentPhone]:
    """Somebody who accepts and hums."""
    with AgentPhone(greeting=tone(AGENT_HZ, 1.0)) as phone:
        yield phone
