"""`ivr flow test`: does the line do what the scenarios say?"""

import argparse
import contextlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from rich.console import Console

from ivr.caller.scenario import Scenario
from ivr.cli.options import add_json, add_settings, at_folder, read_settings
from ivr.cli.tables import table
from ivr.errors import FlowErrors, SettingsError
from ivr.loading import FLOW_FILES
from ivr.settings import Settings
from ivr.workbench.coverage import FlowCoverage, coverage, in_all
from ivr.workbench.exploring import described, skeletons
from ivr.workbench.files import files_under, load_suite
from ivr.workbench.paper import PaperLine, paper_line
from ivr.workbench.performing import Performed, perform_generated, perform_written
from ivr.workbench.results import (
    Result,
    as_json,
    came_true,
    junit,
    summary,
    told,
    told_generated,
)
from ivr.workbench.suite import Run
from ivr.workbench.writing import with_hearing, write_scenario

EXIT_FAILED = 1
LOOK_EVERY = 0.3  # seconds between two looks whether a file has changed
SCENARIOS = "scenarios"  # folder beside the flows
GUARDED = ("states", "transitions")  # what `--threshold` is about


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `test`."""
    parser = commands.add_parser(
        "test",
        help="perform the scenarios and see whether they come true",
        description="Exit status: 0 all came true, 1 something did not, 2 a file is wrong.",
    )
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        type=Path,
        help="a folder of flows, or scenarios and folders of them; default: those of the line",
    )
    how = parser.add_mutually_exclusive_group()
    how.add_argument(
        "--audio", action="store_true", help="speak what callers say to the real recogniser"
    )
    how.add_argument(
        "--sip", action="store_true", help="ring: real calls to a line that is started for it"
    )
    parser.add_argument(
        "--line", metavar="URI", help="with --sip: ring this line instead of an own one"
    )
    parser.add_argument(
        "--coverage", action="store_true", help="print what of the flows no scenario reaches"
    )
    parser.add_argument(
        "--threshold",
        type=percentage,
        metavar="PERCENT",
        help="fail below this share of states, and of transitions",
    )
    parser.add_argument(
        "--junit", metavar="FILE", type=Path, help="write the results as JUnit XML as well"
    )
    parser.add_argument(
        "--watch", action="store_true", help="again whenever a file changes, until Ctrl-C"
    )
    add_settings(parser)
    add_json(parser)
    parser.set_defaults(func=run)


def percentage(text: str) -> float:
    """Read a share in percent."""
    number = float(text.removesuffix("%")) if text.removesuffix("%").isdecimal() else -1.0
    if not 0 <= number <= 100:  # noqa: PLR2004 - percent
        raise argparse.ArgumentTypeError(f"{text!r} is no percentage, 0 to 100")
    return number


def run(options: argparse.Namespace) -> int:
    """Test once, or again and again."""
    if options.line and not options.sip:
        raise SettingsError("--line", found="no --sip", accepted="--sip --line URI")
    if options.sip and (options.coverage or options.threshold is not None):
        accepted = "without --sip: on a telephone nobody knows where in a flow the call is"
        raise SettingsError("--coverage", found="--sip", accepted=accepted)
    return watch(options) if options.watch else test(options)


def watch(options: argparse.Namespace) -> int:
    """Test again whenever a flow, a scenario or the wording has changed."""
    while True:
        seen = stamps(options)
        try:
            test(options)
        except FlowErrors as errors:
            print(errors)
        print(f"-- {datetime.now().astimezone():%H:%M:%S}  waiting for a change --", flush=True)
        while stamps(options) == seen:
            time.sleep(LOOK_EVERY)


def test(options: argparse.Namespace) -> int:
    """Test once."""
    began = time.perf_counter()
    settings, paths = where(options)
    line = paper_line(settings, today=datetime.now().astimezone().date())
    suite = load_suite(files_under(paths), line.book)
    performed = perform(options, settings, line, suite)
    seconds = time.perf_counter() - began
    found = coverage(line.book, performed.runs, universal=performed.universal)
    enough = options.threshold is None or all(
        in_all(found, kind).percent >= options.threshold for kind in GUARDED
    )
    if options.junit:
        keep(options.junit, junit(performed.results, seconds=seconds))
    if options.json:
        print(json.dumps(for_scripts(performed, found, line, seconds=seconds, enough=enough)))
    else:
        if options.coverage or not enough:
            print_coverage(found, line)
        if not enough:
            wanted = " and ".join(GUARDED)
            print(f"{wanted}: less than {options.threshold:g} % is covered")
        print(summary(performed.results, seconds=seconds))
    return 0 if came_true(performed.results) and enough else EXIT_FAILED


def keep(file: Path, report: str) -> None:
    """
    Write *report*.

    Raises:
        SettingsError: It cannot be written.
    """
    try:
        file.write_text(report, encoding="utf-8")
    except OSError as error:
        found = f"{file}: {error.strerror}"
        raise SettingsError("--junit", found=found, accepted="a file we can write") from error


def where(options: argparse.Namespace) -> tuple[Settings, list[Path]]:
    """
    Tell which line is meant, and where its scenarios are.

    Raises:
        SettingsError: A path is none.
    """
    settings = read_settings(options)
    for path in options.paths:
        if not path.exists():
            accepted = "a folder of flows, a scenario, or a folder of scenarios"
            raise SettingsError("PATH", found=f"{path}, which is not there", accepted=accepted)
    match options.paths:
        case [folder] if folder.is_dir() and any(f.suffix in FLOW_FILES for f in folder.iterdir()):
            settings = at_folder(settings, str(folder))
            return settings, [folder / SCENARIOS]
        case []:
            return settings, [Path(settings.flows.folder) / SCENARIOS]
        case paths:
            return settings, paths


def stamps(options: argparse.Namespace) -> dict[Path, int]:
    """Tell when each file was changed that a test depends on."""
    settings, paths = where(options)
    folders = [Path(settings.flows.folder), Path(settings.flows.prompts)]
    files = [file for folder in folders if folder.is_dir() for file in folder.iterdir()]
    found = {}
    for file in (*files, *files_under(paths)):
        with contextlib.suppress(OSError):  # an editor is replacing it just now
            found[file] = file.stat().st_mtime_ns
    return found


# ---------------------------------------------------------------- performing


def perform(
    options: argparse.Namespace, settings: Settings, line: PaperLine, suite: Sequence[Scenario]
) -> Performed:
    """Perform everything, and tell each result as it comes."""
    performed = Performed()
    for result, run_ in heard(options, settings, line, suite):
        performed.keep(result, run_)
        if not options.json:
            print("\n".join(told(result)), flush=True)
    if not options.sip and not options.audio and wants_generated(options):
        universal = list(perform_generated(line))
        for result, run_ in universal:
            performed.keep(result, run_)
        if not options.json:
            print("\n".join(told_generated([result for result, _ in universal])))
    return performed


def heard(
    options: argparse.Namespace, settings: Settings, line: PaperLine, suite: Sequence[Scenario]
) -> Iterator[tuple[Result, Run | None]]:
    """Perform the written scenarios in the way that was asked for."""
    if options.sip:
        from ivr.workbench.calls import perform_calls  # noqa: PLC0415 - a quick test needs no SIP

        yield from ((result, None) for result in perform_calls(suite, settings, uri=options.line))
    elif options.audio:
        from ivr.workbench.audio import real_ears  # noqa: PLC0415 - the same

        with real_ears(settings) as voices:
            yield from perform_written(suite, line, voices)
    else:
        yield from perform_written(suite, line)


def wants_generated(options: argparse.Namespace) -> bool:
    """Whether a whole line is tested, not some of its scenarios."""
    return all(path.is_dir() for path in options.paths)


# ---------------------------------------------------------------- coverage


def print_coverage(found: Sequence[FlowCoverage], line: PaperLine) -> None:
    """Print what is covered, what is not, and scenarios that would cover it."""
    kinds = list(found[0].tallies)
    rows = [{"flow": f.flow, **{k: str(f.tallies[k]) for k in kinds}} for f in found]
    whole = {kind: in_all(found, kind) for kind in kinds}
    rows.append({"flow": "all", **{kind: str(tally) for kind, tally in whole.items()}})
    rows.append({"flow": "", **{kind: f"{t.percent:.0f} %" for kind, t in whole.items()}})
    console = Console(highlight=False, markup=False)
    console.print()
    console.print(table(rows, whole=["flow"], right=kinds))
    for flow in found:
        if flow.missing:
            print(f"\n{flow.flow}: no scenario reaches")
            print("\n".join(f"  {described(goal)}" for goal in flow.missing))
            print_skeletons(flow, line)
    print()


def print_skeletons(flow: FlowCoverage, line: PaperLine) -> None:
    """Print scenarios that reach what is missing, each ready to be a file."""
    made = skeletons(line.book.flows[flow.flow], line, flow.missing)
    left = set(flow.missing).difference(*(skeleton.reaches for skeleton in made))
    for number, skeleton in enumerate(made, start=1):
        print(f"\n# flows/{SCENARIOS}/{flow.flow}_{number}.call")
        print("\n".join(f"# reaches {described(goal)}" for goal in skeleton.reaches))
        print(write_scenario(with_hearing(skeleton.scenario, line)), end="")
    if left:
        print("\nno call was found that reaches")
        print("\n".join(f"  {described(goal)}" for goal in flow.missing if goal in left))


def for_scripts(
    performed: Performed,
    found: Sequence[FlowCoverage],
    line: PaperLine,
    *,
    seconds: float,
    enough: bool,
) -> Mapping[str, object]:
    """Give everything for scripts."""
    return {
        "ok": came_true(performed.results) and enough,
        "version": line.book.version,
        "seconds": round(seconds, 3),
        "scenarios": [as_json(result) for result in performed.results],
        "coverage": [
            {
                "flow": flow.flow,
                **{kind: asdict(tally) for kind, tally in flow.tallies.items()},
                "missing": [described(goal) for goal in flow.missing],
            }
            for flow in found
        ],
    }
