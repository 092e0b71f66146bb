"""`ivr flow publish` and `ivr flow rollback`: put a version of the flows live."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from ivr.cli.options import add_settings, read_settings, who
from ivr.errors import FlowErrors, StoreUnavailable
from ivr.publishing import LiveFlows
from ivr.records.versions import EVERYBODY, Publication, VersionBook
from ivr.settings import Settings
from ivr.watch.reach import ask

EXIT_REFUSED = 1
LONGEST_NOTE = 200  # characters
HERE = (FileNotFoundError, ConnectionRefusedError)
"""What connecting comes to where no line runs; anything else is a line in trouble."""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `publish` and `rollback`."""
    publish = commands.add_parser("publish", help="let new calls use the flows as they are now")
    publish.add_argument("--note", type=_note, default="", help="what is new, for `versions`")
    publish.add_argument(
        "--share",
        type=_share,
        default=EVERYBODY,
        metavar="PERCENT",
        help="let only so many of new calls try it, such as 10%%",
    )
    add_settings(publish)
    publish.set_defaults(func=run_publish)
    back = commands.add_parser("rollback", help="put an earlier version live again")
    back.add_argument(
        "version", nargs="?", default="", metavar="VERSION", help="default: the one before"
    )
    add_settings(back)
    back.set_defaults(func=run_roll_back)


def run_publish(options: argparse.Namespace) -> int:
    """Publish the folder."""
    given = {"note": options.note, "share": str(options.share)}
    return _carry_out(
        read_settings(options),
        "publish",
        given,
        lambda flows: flows.publish(who=who(), note=options.note, share=options.share),
    )


def run_roll_back(options: argparse.Namespace) -> int:
    """Put an earlier version live again."""
    return _carry_out(
        read_settings(options),
        "rollback",
        {"version": options.version},
        lambda flows: flows.roll_back(options.version, who=who()),
    )


def _carry_out(
    settings: Settings,
    what: str,
    given: Mapping[str, str],
    alone: Callable[[LiveFlows], Awaitable[Publication]],
) -> int:
    """Let the running line do it; where none runs, do it for the one that starts next."""
    try:
        answer = asyncio.run(ask(settings.watch_socket, what, who=who(), **given))
    except StoreUnavailable as error:
        if not isinstance(error.__cause__, HERE):
            raise
        return _do_alone(settings, alone)
    if told := answer.get("mistakes"):
        return _refused(told)
    if "error" in answer:
        print(f"Nothing was changed: {answer['error']}")
        return EXIT_REFUSED
    _tell(answer)
    return 0


def _do_alone(settings: Settings, work: Callable[[LiveFlows], Awaitable[Publication]]) -> int:
    async def run() -> Publication:
        versions = VersionBook(settings.version_book)
        try:
            flows = LiveFlows(settings, versions)
            await flows.start()
            return await work(flows)
        finally:
            await versions.close()

    try:
        done = asyncio.run(run())
    except FlowErrors as errors:
        return _refused([str(error) for error in errors.errors])
    print(f"No line runs; the next one starts with version {done.version}.")
    return 0


def _refused(mistakes: list[str]) -> int:
    print("\n".join(mistakes))
    count = f"{len(mistakes)} mistake{'s' if len(mistakes) > 1 else ''}"
    print(f"{count}: nothing was published, new calls use what they used.")
    return EXIT_REFUSED


def _tell(done: Mapping[str, Any]) -> None:
    version, share = done["version"], float(done["share"])
    if share >= EVERYBODY:
        print(f"New calls use version {version}. Calls under way end as they began.")
        return
    print(f"{share:.0%} of new calls try version {version}; the others stay with what is live.")
    print("Compare them: ivr flow compare. End the trial: ivr flow publish, or ivr flow rollback.")


def _note(text: str) -> str:
    if len(text) > LONGEST_NOTE or not text.isprintable():
        raise argparse.ArgumentTypeError(f"one line of up to {LONGEST_NOTE} characters")
    return text


def _share(text: str) -> float:
    try:
        percent = float(text.strip().removesuffix("%"))
    except ValueError:
        percent = -1.0
    if not 0.0 <= percent <= 100.0:  # noqa: PLR2004 - per cent
        raise argparse.ArgumentTypeError("a part of a hundred, such as 10%")
    return percent / 100
