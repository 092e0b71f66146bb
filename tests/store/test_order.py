from hypothesis import given
from hypothesis import strategies as st

from ivr.store.order import Order

STEPS = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.none() | st.floats(0.0, 9.0)),
    max_size=30,
)


@given(STEPS)
def test_keys_stand_by_score_then_by_name_whatever_happened(
    steps: list[tuple[str, float | None]],
) -> None:
    order, model = Order(), dict[str, float]()
    for key, score in steps:
        if score is None:
            order.discard(key)
            model.pop(key, None)
        else:
            order.add(key, score)
            model[key] = score
    expected = sorted(model, key=lambda key: (model[key], key))
    assert order.first(100) == expected
    assert len(order) == len(model)
    assert [order.before(key, model[key]) for key in expected] == list(range(len(expected)))
    assert order.up_to(4.5) == [key for key in expected if model[key] <= 4.5]
