"""The language model: a real recogniser must accept it, and chances must add up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.caller.ngrams import END, START, arpa

sentences = st.lists(
    st.lists(st.sampled_from(["a", "b", "c", "d"]), min_size=1, max_size=6).map(tuple),
    min_size=1,
    max_size=12,
)


class Model:
    """An ARPA model as its readers see it."""

    def __init__(self, text: str) -> None:
        self.chances: dict[tuple[str, ...], float] = {}
        self.backoffs: dict[tuple[str, ...], float] = {}
        order = 0
        for line in text.splitlines():
            if line.endswith("-grams:"):
                order = int(line[1])
            elif order and line and not line.startswith("\\"):
                chance, *rest = line.split()
                gram = tuple(rest[:order])
                self.chances[gram] = 10 ** float(chance)
                self.backoffs[gram] = 10 ** float(rest[order]) if len(rest) > order else 1.0

    def chance(self, word: str, context: tuple[str, ...]) -> float:
        if (*context, word) in self.chances:
            return self.chances[*context, word]
        return self.backoffs.get(context, 1.0) * self.chance(word, context[1:])


@given(sentences)
def test_the_chances_after_every_context_add_up_to_one(texts: list[tuple[str, ...]]) -> None:
    model = Model(arpa(texts))
    vocabulary = [gram[0] for gram in model.chances if len(gram) == 1 and gram != (START,)]
    contexts = [(), *(gram for gram in model.chances if len(gram) < 3 and gram[-1] != END)]
    for context in contexts:
        total = sum(model.chance(word, context) for word in vocabulary)
        assert total == pytest.approx(1, abs=0.02), context


def test_what_was_often_said_is_likelier_than_what_never_was() -> None:
    model = Model(arpa([("is", "ready")] * 9 + [("is", "waiting")]))
    assert model.chance("ready", (START, "is")) > 5 * model.chance("waiting", (START, "is"))
    assert model.chance("is", ("is", "ready")) > 0


def test_a_weight_makes_the_chances_more_alike() -> None:
    texts = [("is", "ready")] * 9 + [("is", "waiting")]
    plain, light = Model(arpa(texts)), Model(arpa(texts, weight=0.5))
    for gram, chance in plain.chances.items():
        assert gram == (START,) or light.chances[gram] == pytest.approx(chance**0.5, rel=0.01)


@given(sentences)
def test_the_header_counts_what_follows(texts: list[tuple[str, ...]]) -> None:
    text = arpa(texts)
    model = Model(text)
    for order in (1, 2, 3):
        count = sum(len(gram) == order for gram in model.chances)
        assert f"ngram {order}={count}\n" in text


def test_nothing_to_say_makes_no_model() -> None:
    for empty in ([], [()]):
        with pytest.raises(ValueError, match="needs words"):
            arpa(empty)
