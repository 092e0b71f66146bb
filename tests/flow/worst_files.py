"""
The worst files that fit under the limits of size, judged under a limit of memory.

    python -m tests.flow.worst_files MEGABYTES

prints what was found in each, and the seconds of the processor it took.
"""

import resource
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from tests.flow.judging import judged

HEAD = "flow: example\ntitle: Example\nqueue: front_desk\nstart: s0\n"
STATES = 2_000
END = "{end: Goodbye.}"

Files = Mapping[str, str]


def one(text: str) -> Files:
    return {"example.yaml": text}


def flow(states: str, *, slots: str = "") -> Files:
    return one(f"{HEAD}slots:\n  x: {{type: yes_no}}\n{slots}states:\n{states}")


def chain(numbers: range) -> str:
    return "".join(f"  s{at}: {{next: s{at + 1}}}\n" for at in numbers)


def questions(number: int) -> Files:
    slots = "".join(f"  a{at}: {{type: yes_no}}\n" for at in range(number))
    asked = (f"  s{at}: {{ask: a{at}, prompt: Well, next: s{at + 1}}}\n" for at in range(number))
    return flow(f"{''.join(asked)}  s{number}: {END}\n", slots=slots)


def guards(number: int) -> Files:
    slots = "".join(f"  a{at}: {{type: yes_no}}\n" for at in range(number))
    branches = (
        f"  s{at}: {{next: [{{when: a{at}, to: s{at * 7 % number}}}, {{to: s{at + 1}}}]}}\n"
        for at in range(number)
    )
    return flow(f"{''.join(branches)}  s{number}: {END}\n", slots=slots)


def menu(choices: int, phrases: int) -> Files:
    letters = "abcdefghijklmnopqrstuvwxyz"
    lines = []
    for choice in range(choices):
        said = (
            f"word {letters[at % 26]}{letters[at // 26 % 26]}{letters[choice % 26]} thing"
            for at in range(phrases)
        )
        lines.append(f"      c{choice}: {{next: s1, says: [{', '.join(said)}]}}\n")
    return flow(f"  s0:\n    prompt: Which?\n    choices:\n{''.join(lines)}  s1: {END}\n")


def misspelt_states() -> Files:
    lines = []
    for state in range(190):
        branches = (f"{{when: x, to: sttae{state * 100 + at}}}" for at in range(8))
        lines.append(f"  state{state}: {{next: [{', '.join(branches)}, {{to: s0}}]}}\n")
    return flow("".join(lines))


def misspelt_slots() -> Files:
    slots = "".join(f"  slot_of_the_name{at}: {{type: yes_no}}\n" for at in range(195))
    spoken = " ".join(f"{{slot_of_teh_nmae{at}}}" for at in range(9_000))
    return flow(f"  s0: {{end: '{spoken}'}}\n", slots=slots)


def calls() -> Files:
    calling = (f"  s{at}: {{call: other, on: {{done: s{at + 1}}}}}\n" for at in range(1_200))
    returning = "".join(f"  a{at}: {{return: done}}\n" for at in range(2_300))
    other = HEAD.replace("example", "other").replace("s0", "a")
    main = flow(f"{''.join(calling)}  s1200: {END}\n")
    return {**main, "other.yaml": f"{other}states:\n{returning}  a: {{next: a1}}\n"}


WORST: Mapping[str, Files] = {
    "a long chain": flow(f"{chain(range(STATES))}  s{STATES}: {END}\n"),
    "a chain from its end": flow(f"  s{STATES}: {END}\n{chain(range(STATES)[::-1])}"),
    "many questions": questions(600),
    "many guards": guards(550),
    "many phrases": menu(4, 1_200),
    "many choices": menu(40, 100),
    "misspelt states": misspelt_states(),
    "misspelt slots": misspelt_slots(),
    "calls and returns": calls(),
    "keys in a prompt": flow("  s0: {end: '" + "press 1 " * 30_000 + "'}\n"),
    "one long word": flow("  s0: {end: '" + "eaeaea" * 40_000 + "'}\n"),
    "open brackets": one("{" * 200_000),
    "open lists": one("- " * 100_000),
    "open quotes": one('"' * 250_000),
    "many keys": one("".join(f"k{at}: x\n" for at in range(4_900))),
    "one long phrase": flow(
        "  s0: {prompt: x, choices: {a: {says: [" + "a'" * 60_000 + "], next: s0}}}"
    ),
}


def main() -> None:
    """Judge all of them."""
    judged(one("flow: example"))  # so that the dictionary is there already
    bound(int(sys.argv[1]) * 1_000_000)
    for name, files in WORST.items():
        before = time.process_time()
        problems = judged(files)
        took = time.process_time() - before
        sys.stdout.write(f"{name}: {len(problems)} problems, {took:.2f} s\n")


def bound(more: int) -> None:
    """Allow this process *more* bytes of data than it has."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    has = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmData"))
    limit = has * 1024 + more
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


if __name__ == "__main__":
    main()
