"""What the analysis believes to be known in a state is known on every walk that gets there."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.flow.known import known_in
from tests.flow.random_flows import flows, scene, walks


@settings(max_examples=60)
@given(st.integers(0, 2**32))
def test_what_is_believed_is_known(seed: int) -> None:
    some = flows(seed)
    believed = known_in(scene(some))
    for walk in walks(some, seed=seed):
        for place, known in walk.seen:
            assert believed[place] <= known
