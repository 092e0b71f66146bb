"""Ringing the prepared bad calls, and asking `ivr why` about each."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from time import monotonic

from ivr.records.reading import ended_since, reading, story
from ivr.story.story import Story
from ivr.story.suspects import Suspect
from ivr.story.why import Account, why
from tests.support.agent_phone import AgentPhone, Manner
from tests.support.bad_calls import BadCall
from tests.support.bad_scene import Scene, Setting
from tests.support.line_process import LineProcess
from tests.support.voice import Renderer
from tests.support.waiting import until

MOST = 1000


@dataclass(frozen=True, slots=True)
class Judged:
    """A bad call, and what `ivr why` makes of it."""

    planted: BadCall
    told: Story
    account: Account
    seconds: float

    @property
    def named(self) -> Suspect | None:
        """What it names first."""
        return self.account.suspicions[0].what if self.account.suspicions else None

    @property
    def right(self) -> bool:
        """Whether that is what was planted."""
        return self.named is self.planted.suspect


def judged(calls: Sequence[BadCall], folder: Path, flows: Path) -> Iterator[Judged]:
    """Ring *calls*, those of one setting on one line; *folder* is an empty one."""
    order = {setting: n for n, setting in enumerate(dict.fromkeys(c.setting for c in calls))}
    in_order = sorted(calls, key=lambda call: order[call.setting])
    with Renderer() as voice:
        for setting, some in groupby(in_order, key=lambda call: call.setting):
            yield from _on_one_line(
                tuple(some), setting, folder / str(order[setting]), flows, voice
            )


def _on_one_line(
    calls: Sequence[BadCall], setting: Setting, folder: Path, flows: Path, voice: Renderer
) -> Iterator[Judged]:
    with ExitStack() as stack:
        agent = stack.enter_context(AgentPhone(setting.agent or Manner.RING))
        uris = [] if setting.agent is None else [agent.uri]
        line = LineProcess(folder, setting.tables(flows), agents=uris)
        stack.enter_context(line)
        scene = Scene(line, agent, voice)
        known: set[str] = set()
        for call in calls:
            agent.forget(setting.agent or Manner.RING)
            yield _ring(call, scene, known)


def _ring(call: BadCall, scene: Scene, known: set[str]) -> Judged:
    began = monotonic()
    call.ring(scene)
    scene.line.await_no_call()
    book = scene.line.data / "calls.db"
    found: list[Story] = []

    def look() -> bool:
        with reading(book) as records:
            new = [row.call for row in ended_since(records, most=MOST) if row.call not in known]
            stories = [story(records, one) for one in new]
        found[:] = [one for one in stories if one is not None]
        return bool(found)

    until(look, within=10, every=0.2, what="the row of the call")
    known.update(one.row.call for one in found)
    told = min(found, key=lambda one: (one.row.answered is not None, len(one.turns)))
    return Judged(call, told, why(told), monotonic() - began)
