"""A flow without a silent loop never comes round without having listened."""

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ivr.flow.paths import check_paths
from ivr.flow.rules import Rule
from tests.flow.random_flows import flows, scene, walks


@settings(max_examples=60)
@given(st.integers(0, 2**32))
def test_a_walk_never_goes_round_in_silence(seed: int) -> None:
    some = flows(seed, orderly=0.95)
    assume(Rule.LOOPS_WITHOUT_LISTENING not in {e.rule for e in check_paths(scene(some))})
    for walk in walks(some, seed=seed):
        assert walk.rounds == []
