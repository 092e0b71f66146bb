"""`ivr why CALL`: why a call went as it did, in plain words."""

import argparse
import json
import re
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from ivr.cli.options import add_json, add_settings, read_settings
from ivr.errors import StoreError
from ivr.records.reading import ended_since, matching, reading, story
from ivr.story.story import Story
from ivr.story.why import why
from ivr.story.written import as_json, heading, line, text

MOST = 2000  # calls looked at for a list; a day of a large practice
LAST = "last"
EXIT_SUSPICIOUS = 1
_SPAN = re.compile(r"([1-9][0-9]{0,3})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_CALL = re.compile(r"[0-9a-f]{1,32}")


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `why`."""
    parser = subparsers.add_parser(
        "why",
        help="why a call went as it did, in plain words",
        description="Exit status: 0 nothing is suspicious, 1 something is, 2 no such call.",
    )
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "call",
        nargs="?",
        type=call_id,
        metavar="CALL",
        help="id of a call, or its beginning; `last`: the one that ended last",
    )
    which.add_argument("--bad", action="store_true", help="list suspicious calls, the worst first")
    parser.add_argument(
        "--since",
        type=span,
        default=timedelta(days=1),
        metavar="SPAN",
        help="with --bad, how far back: 30m, 24h, 7d (default: 24h)",
    )
    add_settings(parser)
    add_json(parser)
    parser.set_defaults(func=run)


def run(options: argparse.Namespace) -> int:
    """Account for one call, or list the suspicious ones."""
    with reading(read_settings(options).call_book) as records:
        if options.bad:
            return _list(records, options)
        found = _found(records, options.call)
    account = why(found)
    print(json.dumps(as_json(found, account)) if options.json else "\n".join(text(found, account)))
    return EXIT_SUSPICIOUS if account.suspicions else 0


def call_id(typed: str) -> str:
    """Read the beginning of a call's id, or `last`."""
    if typed != LAST and not _CALL.fullmatch(typed):
        raise argparse.ArgumentTypeError("a call's id is hex digits, such as 3fa2c1; or `last`")
    return typed


def span(typed: str) -> timedelta:
    """Read a span of time."""
    match = _SPAN.fullmatch(typed)
    if match is None:
        raise argparse.ArgumentTypeError(f"{typed!r} is no span of time, such as 30m, 24h or 7d")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def _found(records: Connection, wanted: str) -> Story:
    if wanted == LAST:
        ids: tuple[str, ...] = tuple(row.call for row in ended_since(records, most=1))
    else:
        ids = matching(records, wanted)
        ids = (wanted,) if wanted in ids else ids
    if len(ids) > 1:
        some = ", ".join(ids[:5])
        raise StoreError(f"{len(ids)} calls begin with {wanted}: {some}; type more of it")
    known = story(records, ids[0]) if ids else None
    if known is None:
        what = "no call has ended yet" if wanted == LAST else f"no call begins with {wanted}"
        raise StoreError(f"{what}; ivr why --bad --since 7d lists suspicious ones")
    return known


def _list(records: Connection, options: argparse.Namespace) -> int:
    rows = ended_since(records, datetime.now(UTC) - options.since, most=MOST)
    told = [found for row in rows if (found := story(records, row.call)) is not None]
    judged = [(found, why(found)) for found in told]
    bad = [one for one in judged if one[1].suspicions]
    bad.sort(key=lambda one: (-(one[1].worst or 0), -one[0].row.started.timestamp()))
    if options.json:
        print(json.dumps([heading(*one) for one in bad]))
        return EXIT_SUSPICIOUS if bad else 0
    for found, account in bad:
        print(line(found, account))
    capped = f" (the last {MOST}; there are more)" if len(rows) == MOST else ""
    print(f"{len(bad)} of {len(rows)} calls are suspicious{capped}.")
    return EXIT_SUSPICIOUS if bad else 0
