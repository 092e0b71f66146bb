"""What came of a suite of scenarios: for a terminal, for CI (JUnit), for scripts."""

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from ivr.caller.performance import Entry
from ivr.caller.scenario import Scenario
from ivr.workbench.suite import Failure, Run

WIDTH = 80  # columns
NAME = 34  # columns of a scenario's name
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd]")


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one scenario."""

    scenario: Scenario
    failure: Failure | None = None
    transcript: tuple[Entry, ...] = ()
    seconds: float = 0.0
    """How long it took."""
    generated: bool = False
    left_out: str = ""
    """Why it was not performed; `` when it was."""

    @property
    def name(self) -> str:
        """What it is called in lists."""
        return self.scenario.title if self.generated else Path(self.scenario.file).stem

    @property
    def place(self) -> str:
        """Where it failed, as `file:line`; of how the call ended, and generated ones, the file."""
        line = self.failure.line if self.failure else 0
        if self.generated:
            line = self.scenario.marks["steps",][0]
        return f"{self.scenario.file}:{line}" if line else self.scenario.file


def result_of(run: Run, *, seconds: float, generated: bool = False) -> Result:
    """Give the result of a run as text or with real ears."""
    return Result(run.scenario, run.failure, run.transcript, seconds, generated)


def came_true(results: Sequence[Result]) -> bool:
    """Whether nothing failed."""
    return all(result.failure is None for result in results)


# ---------------------------------------------------------------- a terminal


def told(result: Result) -> Iterator[str]:
    """Tell one result in lines of a terminal."""
    if result.left_out:
        head = f"--    {result.name:<{NAME}} "
        yield from _wrapped(head, result.left_out)
    elif result.failure is None:
        yield _cut(f"ok    {result.name:<{NAME}} {result.scenario.title}")
    else:
        yield _cut(f"FAIL  {result.name:<{NAME}} {result.scenario.title}")
        yield f"      {result.place}"
        yield from _indented("expected", result.failure.expected)
        yield from _indented("instead", result.failure.instead)
        yield "      up to there:"
        for entry in result.transcript:
            yield from _spoken(entry)


def told_generated(results: Sequence[Result]) -> Iterator[str]:
    """Tell how the generated scenarios came out: one line a flow, and each that failed."""
    flows: dict[str, list[Result]] = {}
    for result in results:
        flows.setdefault(result.scenario.flow, []).append(result)
    for flow, its in flows.items():
        failed = [result for result in its if result.failure is not None]
        states = len({result.scenario.state for result in its})
        if not failed:
            what = f"generated: escapes, silence, {states} states"
            yield _cut(f"ok    {flow:<{NAME}} {what}")
        for result in failed:
            yield from told(result)


def summary(results: Sequence[Result], *, seconds: float) -> str:
    """Count what came true."""
    parts = []
    for what, generated in (("scenario", False), ("generated", True)):
        tried = [r for r in results if r.generated is generated and not r.left_out]
        true = sum(r.failure is None for r in tried)
        plural = "s" if what == "scenario" and len(tried) != 1 else ""
        if tried or not generated:
            parts.append(f"{true} of {len(tried)} {what}{plural}")
    left_out = sum(bool(result.left_out) for result in results)
    tail = f", {left_out} left out" if left_out else ""
    return f"{' and '.join(parts)} came true, in {seconds:.2f} s{tail}"


def _spoken(entry: Entry) -> Iterator[str]:
    head = f"      {entry.at:6.1f}  {entry.who or '--':<8}"
    yield from _wrapped(head, entry.what)


def _indented(what: str, text: str) -> Iterator[str]:
    yield from _wrapped(f"      {what:<10}", text)


def _wrapped(head: str, text: str) -> list[str]:
    indent = " " * len(head)
    return textwrap.wrap(text, WIDTH, initial_indent=head, subsequent_indent=indent) or [head]


def _cut(line: str) -> str:
    return line if len(line) <= WIDTH else line[: WIDTH - 1] + "…"


# ---------------------------------------------------------------- CI and scripts


def junit(results: Sequence[Result], *, seconds: float) -> str:
    """Write the results as JUnit XML."""
    failures = sum(result.failure is not None for result in results)
    skipped = sum(bool(result.left_out) for result in results)
    suite = ET.Element(
        "testsuite",
        name="ivr flow test",
        tests=str(len(results)),
        failures=str(failures),
        errors="0",
        skipped=str(skipped),
        time=f"{seconds:.3f}",
    )
    for result in results:
        case = ET.SubElement(
            suite,
            "testcase",
            classname=result.scenario.flow,
            name=_xml(result.name),
            file=result.scenario.file,
            time=f"{result.seconds:.3f}",
        )
        if result.left_out:
            ET.SubElement(case, "skipped", message=_xml(result.left_out))
        if result.failure is not None:
            message = f"expected {result.failure.expected}; {result.failure.instead}"
            failure = ET.SubElement(case, "failure", message=_xml(message))
            failure.text = _xml("\n".join((result.place, *told(result))))
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def as_json(result: Result) -> Mapping[str, Any]:
    """Give one result for scripts."""
    failure = result.failure
    return {
        "name": result.name,
        "title": result.scenario.title,
        "file": result.scenario.file,
        "flow": result.scenario.flow,
        "generated": result.generated,
        "passed": failure is None and not result.left_out,
        "left_out": result.left_out,
        "line": failure.line if failure else 0,
        "expected": failure.expected if failure else "",
        "instead": failure.instead if failure else "",
        "seconds": round(result.seconds, 4),
        "transcript": [asdict(entry) for entry in result.transcript] if failure else [],
    }


def _xml(text: str) -> str:
    return _NOT_XML.sub("?", text)
