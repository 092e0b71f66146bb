"""
Writing JSGF (JSpeech Grammar Format, W3C Note 2000).

Only what pocketsphinx reads well: alternatives, groups, options, weights; no repetition and no
tags, because a caller's answer has a length and `read` gives it its meaning.
"""

import re
from collections.abc import Iterable, Mapping

Trie = dict[str, "Trie"]
_END = ""


def any_of(*options: str) -> str:
    """Write a choice of *options*, in a group when there are several."""
    return options[0] if len(options) == 1 else f"( {' | '.join(options)} )"


def maybe(option: str) -> str:
    """Write something that may be left out."""
    return f"[ {option} ]"


def weighted(options: Mapping[str, float]) -> str:
    """Write a choice in which each option has its share of callers."""
    if len(options) == 1:
        return next(iter(options))
    return f"( {' | '.join(f'/{share:g}/ {option}' for option, share in options.items())} )"


def phrases(options: Iterable[str]) -> str:
    """
    Write a choice of phrases with common beginnings, and equal endings of siblings, once.

    The recogniser builds a search tree for each state, so fewer states are a faster start.
    """
    root: Trie = {}
    for option in options:
        node = root
        for word in option.split():
            node = node.setdefault(word, {})
        node[_END] = {}
    return _branches(root)


def _branches(node: Trie) -> str:
    siblings: list[tuple[list[str], Trie]] = []
    for word, rest in node.items():
        alike = next((words for words, other in siblings if other == rest), None)
        if word == _END:
            continue
        if alike is None:
            siblings.append(([word], rest))
        else:
            alike.append(word)
    tails = [f"{any_of(*words)} {_branches(rest)}".strip() for words, rest in siblings]
    if not tails:
        return ""
    return maybe(" | ".join(tails)) if _END in node else any_of(*tails)


def words_in(rule: str) -> frozenset[str]:
    """Give the words of a right-hand side."""
    return frozenset(re.findall(r"[^\W\d_](?:[^\W\d_]|')*", re.sub(r"/[\d.e-]+/|<\w+>", " ", rule)))
