"""A trigram language model of given sentences, in the ARPA format that recognisers read."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

Words = tuple[str, ...]
Followers = Mapping[Words, Counter[str]]
"""What came after each context of one length, how often."""
Chances = Mapping[Words, Mapping[str, float]]
"""How likely each word is after each context of one length."""

START, END = "<s>", "</s>"
ORDER = 3
FLOOR = 1e-10  # of a probability; zero has no logarithm
NEVER = -99.0  # log10 of the chance that a sentence's start comes inside one


def arpa(sentences: Iterable[Words], *, weight: float = 1.0) -> str:
    """
    Estimate a trigram model, smoothed after Witten and Bell (1991), as ARPA text.

    Args:
        sentences: What it is estimated from.
        weight: Exponent of all chances; less than 1 makes a decoder trust its ears more.

    Raises:
        ValueError: There is not one word.
    """
    followers = _count(sentences)
    vocabulary = followers[0].get((), Counter())
    if set(vocabulary) <= {END}:
        raise ValueError("a language model needs words")
    chances = _estimate(followers)
    lines = ["\\data\\"]
    lines += [f"ngram {n + 1}={_size(chances[n], n)}" for n in range(ORDER)]
    for n in range(ORDER):
        lines += ["", f"\\{n + 1}-grams:", *_section(chances, n, weight)]
    return "\n".join([*lines, "", "\\end\\", ""])


def _count(sentences: Iterable[Words]) -> list[dict[Words, Counter[str]]]:
    followers: list[dict[Words, Counter[str]]] = [defaultdict(Counter) for _ in range(ORDER)]
    for sentence in sentences:
        words = (START, *sentence, END)
        for at in range(1, len(words)):
            for length in range(min(ORDER, at + 1)):
                followers[length][words[at - length : at]][words[at]] += 1
    return followers


def _estimate(followers: Sequence[Followers]) -> list[Chances]:
    """Mix what came after each context with what comes after its shorter form."""
    vocabulary = followers[0][()]
    shorter: Chances = {(): dict.fromkeys(vocabulary, 1 / len(vocabulary))}
    chances: list[Chances] = []
    for length, table in enumerate(followers):
        here: dict[Words, dict[str, float]] = {}
        for context, counter in table.items():
            below = shorter[context[1:] if length else ()]
            kinds, total = len(counter), counter.total()
            here[context] = {
                word: (count + kinds * below[word]) / (total + kinds)
                for word, count in counter.items()
            }
        chances.append(here)
        shorter = here
    return chances


def _size(table: Chances, length: int) -> int:
    return sum(len(after) for after in table.values()) + (1 if length == 0 else 0)


def _section(chances: Sequence[Chances], length: int, weight: float) -> Iterable[str]:
    if length == 0:
        yield f"{NEVER:.4f} {START} {_log(_backoff(chances, (START,)), weight)}"
    for context in sorted(chances[length]):
        for word, chance in sorted(chances[length][context].items()):
            gram = (*context, word)
            known = length + 1 < ORDER and gram in chances[length + 1]
            tail = f" {_log(_backoff(chances, gram), weight)}" if known else ""
            yield f"{_log(chance, weight)} {' '.join(gram)}{tail}"


def _backoff(chances: Sequence[Chances], context: Words) -> float:
    """Weigh the shorter context for the words that never came after *context*."""
    after, below = chances[len(context)][context], chances[len(context) - 1][context[1:]]
    left = 1 - sum(after.values())
    room = 1 - sum(below[word] for word in after)
    return max(left, FLOOR) / max(room, FLOOR)


def _log(chance: float, weight: float) -> str:
    return f"{weight * math.log10(max(chance, FLOOR)):.4f}"
