"""`ivr flow script`: the sheet that a nurse manager reads, corrects and signs."""

import argparse
from datetime import datetime
from pathlib import Path

from ivr.cli.flow_show import flow_named, write
from ivr.cli.options import add_settings, read_settings
from ivr.loading import load_practice, load_wording
from ivr.workbench.sheet import Print, sheet_of, told_automated

ALL = "script"  # name of the file that holds every flow


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `script`."""
    parser = commands.add_parser("script", help="write what callers hear as a sheet to sign")
    parser.add_argument(
        "flow",
        nargs="?",
        metavar="FLOW",
        help="name of a flow; default: all, and the line's own words",
    )
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="HTML page to write; default: FLOW.html"
    )
    add_settings(parser)
    parser.set_defaults(func=script)


def script(options: argparse.Namespace) -> int:
    """Write the sheet."""
    settings = read_settings(options)
    practice = load_practice(settings)
    book, office = practice.book, practice.office
    if options.flow:
        flows = [flow_named(practice, options.flow, settings)]
    else:
        flows = list(book.flows.values())
    made_from = Print(
        book,
        load_wording(settings),
        queues={name: office.title(name) for name in office.queues},
        today=datetime.now().astimezone().date(),
        words_a_minute=settings.speech.rate,
    )
    out = options.out or Path(f"{options.flow or ALL}.html")
    page = sheet_of(flows, made_from, own_words=not options.flow)
    write(out, page.encode())
    print(f"{', '.join(flow.title for flow in flows)}: {out}")
    if told_automated(book) is None:
        print("Callers are not told that this is an automated system before they are asked.")
    return 0
