"""Problems of flows as SARIF 2.1.0 (OASIS, 2020), which editors and code hosts can show."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import quote

from ivr.errors import FlowError
from ivr.flow.rules import WARNINGS, Rule

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
PAGE = "docs/reference/flow-rules.md"

_RULES = tuple(Rule)


def sarif(problems: Iterable[FlowError], *, version: str) -> Mapping[str, object]:
    """
    Write *problems* as one run.

    Args:
        problems: What was found.
        version: That of this program.
    """
    driver = {"name": "ivr flow check", "version": version, "rules": [_rule(r) for r in _RULES]}
    results = [_result(problem) for problem in problems]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: Rule) -> Mapping[str, object]:
    words = rule.replace("-", " ")
    return {
        "id": str(rule),
        "shortDescription": {"text": f"{words[0].upper()}{words[1:]}."},
        "help": {"text": f"See {PAGE}#{rule}."},
        "defaultConfiguration": {"level": "warning" if rule in WARNINGS else "error"},
    }


def _result(problem: FlowError) -> Mapping[str, object]:
    hint = f" ({problem.hint})" if problem.hint else ""
    place = {
        "artifactLocation": {"uri": _uri(problem.file)},
        "region": {"startLine": problem.line, "startColumn": problem.column},
    }
    return {
        "ruleId": str(problem.rule),
        "ruleIndex": _RULES.index(Rule(problem.rule)),
        "level": str(problem.severity),
        "message": {"text": f"{problem.message}{hint}"},
        "locations": [{"physicalLocation": place}],
    }


def _uri(file: str) -> str:
    path = Path(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
