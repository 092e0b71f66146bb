"""`ivr flow show`: a picture of a flow, with what happened on it."""

import argparse
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from ivr.cli.options import add_settings, read_settings
from ivr.errors import FlowError, FlowErrors, ProgramError, SettingsError
from ivr.flow.diagram import Diagram, diagram_of
from ivr.flow.model import Flow
from ivr.flow.overlay import Overlay, coverage_of, steps_in, traffic_of, walk_of
from ivr.flow.rules import Rule, did_you_mean
from ivr.loading import Practice, load_practice, load_wording
from ivr.records.calls import kept_calls
from ivr.settings import Settings
from ivr.story.calls import CallRow
from ivr.workbench import pictures
from ivr.workbench.passing import reached, runs_of, visit_of
from ivr.workbench.suite import Run

MOST_CALLS = 100_000  # rows looked at; a year of a busy clinic
MERMAID = ".mmd"


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `show`."""
    parser = commands.add_parser("show", help="draw a flow")
    parser.add_argument("flow", metavar="FLOW", help="name of a flow, such as main_menu")
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="picture to write: .svg, .png, or .mmd for Mermaid; default: FLOW.svg",
    )
    parser.add_argument("--prompts", action="store_true", help="with what the caller hears")
    on_top = parser.add_mutually_exclusive_group()
    on_top.add_argument("--scenario", type=Path, metavar="FILE", help="show a scenario's way")
    on_top.add_argument("--call", metavar="ID", help="show the way of a call of the records")
    on_top.add_argument("--coverage", action="store_true", help="show what the scenarios reach")
    on_top.add_argument(
        "--traffic", action="store_true", help="show how many calls went where, and where they left"
    )
    add_settings(parser)
    parser.set_defaults(func=show)


def show(options: argparse.Namespace) -> int:
    """Draw one flow."""
    settings = read_settings(options)
    practice = load_practice(settings)
    flow = flow_named(practice, options.flow, settings)
    form = _form(options.out)
    diagram = diagram_of(
        flow,
        flows=practice.book.flows,
        queue_title=lambda name: practice.office.title(name, language=flow.language),
    )
    overlay = _overlay(diagram, practice, settings, options)
    out = options.out or Path(f"{flow.name}.svg")
    if form == MERMAID:
        picture = pictures.mermaid_of(diagram, overlay=overlay, prompts=options.prompts).encode()
    else:
        dot = pictures.dot_of(diagram, overlay=overlay, prompts=options.prompts)
        try:
            picture = pictures.draw(dot, form=form.removeprefix("."))
        except ProgramError as error:
            raise ProgramError(
                f"{error}; Mermaid needs none: --out {out.with_suffix(MERMAID)}"
            ) from error
    write(out, picture)
    print(f"{flow.title}: {out}")
    if overlay:
        print(overlay.caption)
    return 0


def flow_named(practice: Practice, name: str, settings: Settings) -> Flow:
    """
    Find the flow *name*.

    Raises:
        FlowErrors: There is none.
    """
    flows = practice.book.flows
    if name in flows:
        return flows[name]
    hint = did_you_mean(name, flows)
    message = f"there is no flow {name!r}"
    raise FlowErrors([FlowError(settings.flows.folder, 1, Rule.UNKNOWN_FLOW, message, hint)])


def write(out: Path, content: bytes) -> None:
    """
    Write *content* to the file *out*, and make its folder.

    Raises:
        SettingsError: It cannot be written.
    """
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(content)
    except OSError as error:
        found = f"{out}: {error.strerror}"
        raise SettingsError("--out", found=found, accepted="a file we can write") from error


def _form(out: Path | None) -> str:
    form = out.suffix.lower() if out else ".svg"
    accepted = [*(f".{name}" for name in pictures.FORMATS), MERMAID]
    if form not in accepted:
        raise SettingsError("--out", found=str(out), accepted=f"a name in {', '.join(accepted)}")
    return form


def _overlay(
    diagram: Diagram, practice: Practice, settings: Settings, options: argparse.Namespace
) -> Overlay | None:
    if options.coverage:
        runs = _runs([Path(settings.flows.folder)], practice, settings)
        return coverage_of(diagram, *reached(runs, diagram.flow))
    if options.traffic:
        rows = [row for row in _rows(settings) if row.ended]
        since = f", since {min(row.started for row in rows):%Y-%m-%d}" if rows else ""
        return traffic_of(diagram, map(visit_of, rows), since=since)
    if options.scenario:
        (run,) = _runs([options.scenario], practice, settings)
        path, caption = run.path, f"The way of {options.scenario.name}"
        if run.failure:
            caption += f", which fails: expected {run.failure.expected}"
    elif options.call:
        row = _row(settings, options.call)
        path, caption = row.path, f"The way of call {row.call}"
        if row.version != practice.book.version:
            caption += ", which used another version of the flows"
    else:
        return None
    if not steps_in(diagram.flow, path):
        flows = dict.fromkeys(place.partition(".")[0] for place in path)
        caption += f": it does not come here, only through {', '.join(flows)}"
    return walk_of(diagram, path, caption=caption)


def _runs(paths: Sequence[Path], practice: Practice, settings: Settings) -> tuple[Run, ...]:
    today = datetime.now().astimezone().date()
    return runs_of(paths, practice.book, load_wording(settings), today=today)


def _rows(settings: Settings) -> tuple[CallRow, ...]:
    return kept_calls(settings.call_book, most=MOST_CALLS)


def _row(settings: Settings, call: str) -> CallRow:
    for row in _rows(settings):
        if row.call == call:
            return row
    found = f"{call!r}, which the call book does not have"
    raise SettingsError("--call", found=found, accepted="the id of a finished call")
