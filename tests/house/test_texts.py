"""What stands in the tracked files: nothing of anybody's desk, nothing unfinished."""

import re

import pytest

from tests.house.source import tracked
from tests.support.need import ROOT

# Written with brackets so that a pattern does not find itself.
STRANGE = {
    "a path of somebody's machine": r"(?<![\w.])/(?:hom[e]/\w+|roo[t]/|wor[k]/|opt/pyp[i])",
    "what lies beside the project, data apart": r"share[d]/(?!data)\w+",
    "a host of a package registry": r"pythonhoste[d]|pypi\.or[g]|deb\.debia[n]",
    "something unfinished": r"\b(?:TOD[O]|FIXM[E]|XX[X]\b|HAC[K])",
    "an assistant": r"(?i)\b(?:claud[e]|anthropi[c]|chatgp[t]|copilo[t])\b",
    "a telephone number that may be real": r"\+1[2-9]\d{2}(?!55501)\d{7}\b",
}
TEXTS = (
    ".py",
    ".md",
    ".toml",
    ".yaml",
    ".yml",
    ".cfg",
    ".sh",
    ".call",
    ".xml",
    ".lock",
    ".pyi",
    "",
)


@pytest.mark.parametrize("what", STRANGE)
def test_no_tracked_file_holds(what: str) -> None:
    pattern = re.compile(STRANGE[what])
    found = []
    for path in tracked():
        if path.suffix not in TEXTS or path.name == "LICENSE":
            continue
        lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
        found += [f"{path}:{n}: {line}" for n, line in enumerate(lines, 1) if pattern.search(line)]
    assert found == []


def test_no_big_file_is_kept() -> None:
    limit = 2_000_000  # bytes; a larger model or a recording belongs elsewhere
    big = [str(path) for path in tracked() if (ROOT / path).stat().st_size > limit]
    assert big == []
