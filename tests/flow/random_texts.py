"""Whole flow files at random, such as pass every check, for callers to get lost in."""

from collections.abc import Iterable, Mapping
from random import Random

from ivr.flow.model import OperationSpec, Phi

FLOWS = ("main", "second", "third")  # each calls only later ones
LAST = 7  # number of the last state of a flow
WORDS = ("tea", "coffee", "water", "bread", "apples")
SLOTS = {"size": "type: digits, length: 2", "more": "type: yes_no", "phone": "type: phone"}
OPERATIONS = {
    spec.name: spec
    for spec in (
        OperationSpec(name="hours.today", needs=(), outcomes=("told",), gives={"hours": Phi.NONE}),
        OperationSpec(name="stock.look", needs=(), outcomes=("there", "gone", "unknown")),
    )
}


def book(seed: int) -> Mapping[str, str]:
    """Write the files of a line: name to text."""
    author = _Author(Random(seed))
    for name in reversed(FLOWS):
        author.write(name)
    return {f"{name}.yaml": text for name, text in author.texts.items()}


class _Author:
    """
    Writes flows whose every state leads onward, some of those that listen back as well.

    So nothing goes round in silence and everything can end; only what is reached is written.
    """

    def __init__(self, draw: Random) -> None:
        self.texts: dict[str, str] = {}
        self._draw = draw
        self._returns: dict[str, tuple[str, ...]] = {}

    def write(self, name: str) -> None:
        """Write flow *name*; those it may call are written already."""
        lines: dict[int, str] = {}
        todo = {0}
        while todo:
            at = min(todo)
            lines[at], targets = self._state(name, at)
            todo = (todo | set(targets)) - lines.keys()
        returned = [way for way in ("good", "bad") if f"{{return: {way}}}" in lines.values()]
        self._returns[name] = tuple(returned)
        slots = "".join(f"  {slot}: {{{kind}}}\n" for slot, kind in SLOTS.items())
        states = "".join(f"  s{at}: {lines[at]}\n" for at in sorted(lines))
        head = f"flow: {name}\ntitle: {name}\nqueue: front_desk\nstart: s0\n"
        self.texts[name] = f"{head}slots:\n{slots}states:\n{states}"

    def _state(self, name: str, at: int) -> tuple[str, Iterable[int]]:
        """Write state *at*, and tell where it leads."""
        if at == LAST:
            return self._draw.choice((self._end(name), "{handoff: front_desk}")), ()
        kinds = ["ask", "menu", "menu", "say", "do", "record", "handoff", "last"]
        kinds += ["call"] if name != FLOWS[-1] else []
        match self._draw.choice(kinds):
            case "ask":
                return self._ask(at)
            case "menu":
                return self._menu(at)
            case "do":
                operation = self._draw.choice(sorted(OPERATIONS))
                outcomes = (*OPERATIONS[operation].outcomes, "unavailable")
                return self._by_outcome(f"do: {operation}", outcomes, at)
            case "call":
                called = self._draw.choice(FLOWS[FLOWS.index(name) + 1 :])
                return self._by_outcome(f"call: {called}", self._returns[called], at)
            case "record":
                to, empty = self._onward(at), self._anywhere()
                text = "record: message, prompt: Please speak."
                return f"{{{text}, next: s{to}, on: {{empty: s{empty}}}}}", (to, empty)
            case "handoff":
                return "{handoff: front_desk, say: One moment.}", ()
            case "last":
                return self._end(name), ()
            case _:
                to, other = self._onward(at), self._onward(at)
                when = self._draw.choice(("more", "not size", "phone and more == yes"))
                ways = f"[{{when: {when}, to: s{other}}}, {{to: s{to}}}]"
                said = self._draw.choice(("say: Well., ", ""))
                return f"{{{said}next: {ways}}}", (to, other)

    def _end(self, name: str) -> str:
        outcome = self._draw.choice(("good", "bad"))
        ends = ("{end: Goodbye.}", f"{{return: {outcome}}}")
        return ends[0] if name == FLOWS[0] else self._draw.choice(ends)

    def _ask(self, at: int) -> tuple[str, Iterable[int]]:
        slot = self._draw.choice(sorted(SLOTS))
        to, gave_up = self._onward(at), self._anywhere()
        confirm = self._draw.choice(("auto", "always", "never"))
        barge_in = self._draw.choice(("yes", "no"))
        text = f"ask: {slot}, prompt: What is it?, confirm: {confirm}, barge_in: {barge_in}"
        if self._draw.random() < 0.5:
            return f"{{{text}, next: s{to}}}", (to,)
        return f"{{{text}, next: s{to}, on: {{gave_up: s{gave_up}}}}}", (to, gave_up)

    def _menu(self, at: int) -> tuple[str, Iterable[int]]:
        number = self._draw.randint(1, len(WORDS))
        targets = [self._onward(at), *(self._anywhere() for _ in range(number - 1))]
        choices = ", ".join(
            f"{word}: {{says: [{word}], next: s{to}}}"
            for word, to in zip(WORDS, targets, strict=False)
        )
        return f"{{prompt: What would you like?, choices: {{{choices}}}}}", targets

    def _by_outcome(
        self, what: str, outcomes: tuple[str, ...], at: int
    ) -> tuple[str, Iterable[int]]:
        targets = [self._onward(at) for _ in outcomes]
        ways = ", ".join(f"{one}: s{to}" for one, to in zip(outcomes, targets, strict=True))
        return f"{{{what}, on: {{{ways}}}}}", targets

    def _onward(self, at: int) -> int:
        return self._draw.randint(at + 1, LAST)

    def _anywhere(self) -> int:
        return self._draw.randint(0, LAST)
