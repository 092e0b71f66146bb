"""An honest wait: in a queue that is simulated, the range must hold four times out of five."""

import heapq
import math
import random
from collections import deque
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.handoff.estimate import LONGEST, estimate

waits = st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 1e5)), max_size=50).map(sorted)


@given(waits, st.integers(0, 200), st.integers(0, 20), st.floats(0, 2e6))
def test_a_range_is_in_whole_minutes_and_never_absurd(
    history: list[tuple[float, float]], ahead: int, agents: int, now: float
) -> None:
    found = estimate(history, ahead=ahead, agents=agents, now=now)
    if found is not None:
        low, high = found
        assert 0 <= low < high <= LONGEST


def steady(every: float, *, last: float = 10_000.0) -> list[tuple[float, float]]:
    return [(last - every * back, 300.0) for back in reversed(range(20))]


def test_who_is_further_back_waits_longer() -> None:
    ranges = [estimate(steady(60), ahead=n, agents=2, now=10_000) for n in (0, 3, 9)]
    assert ranges == [(0, 4), (1, 8), (5, 17)]


def test_with_too_few_answers_nothing_is_said() -> None:
    assert estimate(steady(60)[-5:], ahead=0, agents=2, now=10_000) is None


def test_with_old_answers_nothing_is_said() -> None:
    assert estimate(steady(60), ahead=0, agents=2, now=14_000) is None


def test_with_nobody_at_work_nothing_is_said() -> None:
    assert estimate(steady(60), ahead=0, agents=0, now=10_000) is None


def test_answers_that_nobody_waited_for_say_nothing() -> None:
    history = [(at, 5.0) for at, _ in steady(60)]
    assert estimate(history, ahead=0, agents=2, now=10_000) is None


def test_when_nobody_was_answered_for_long_the_range_grows() -> None:
    early = estimate(steady(60), ahead=2, agents=2, now=10_000)
    late = estimate(steady(60), ahead=2, agents=2, now=10_600)
    assert early is not None
    assert late is not None
    assert late[1] > early[1]


# ---------------------------------------------------------------- a simulated practice


@dataclass
class Practice:
    """M/M/c with drift: callers and talks speed up and slow down, agents come and go."""

    seed: int
    agents: int
    talk: float
    load: float
    hits: int = 0
    said: int = 0

    def run(self, hours: float = 8.0) -> None:
        rng = random.Random(self.seed)
        waiting: deque[tuple[float, tuple[int, int] | None]] = deque()
        history: list[tuple[float, float]] = []
        busy: list[float] = []
        now, arrival = 0.0, 0.0
        while now < hours * 3600:
            slow = 1 + 0.4 * math.sin(now / 3000 + self.seed)
            team = self.agents + (1 if math.sin(now / 4000) > 0.5 else 0)
            now = min(arrival, busy[0]) if busy else arrival
            if busy and busy[0] <= now:
                heapq.heappop(busy)
            else:
                said = estimate(history[-50:], ahead=len(waiting), agents=team, now=now)
                waiting.append((now, said if len(busy) >= team else None))
                arrival = now + rng.expovariate(self.load * self.agents / self.talk)
            while waiting and len(busy) < team:
                asked, told = waiting.popleft()
                history.append((now, now - asked))
                self._check(told, now - asked)
                heapq.heappush(busy, now + rng.expovariate(1 / (self.talk * slow)))

    def _check(self, told: tuple[int, int] | None, truth: float) -> None:
        if told is not None:
            self.said += 1
            self.hits += told[0] * 60 <= truth <= told[1] * 60


@pytest.mark.parametrize("agents", [1, 2, 4, 8])
@pytest.mark.parametrize("load", [0.8, 0.95, 1.05])
def test_the_range_holds_four_times_out_of_five(agents: int, load: float) -> None:
    said = hits = 0
    for seed in range(12):
        practice = Practice(seed, agents, talk=180.0, load=load)
        practice.run()
        said, hits = said + practice.said, hits + practice.hits
    assert said > 100
    assert hits / said >= 0.8, f"{hits} of {said}"
