"""`ivr flow versions`, `ivr flow compare`, `ivr flow diff`: which versions there are."""

import argparse
import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from rich.console import Console

from ivr.cli.options import add_json, add_settings, at_folder, read_settings
from ivr.cli.tables import table
from ivr.errors import FlowErrors, StoreError
from ivr.flow.difference import Change, compared, differences
from ivr.handoff.office import Queue
from ivr.loading import Practice, load_practice, practice_of
from ivr.records.calls import kept_calls
from ivr.records.tallies import Tally, tally
from ivr.records.versions import EVERYBODY, Publication, VersionBook, in_force
from ivr.settings import Settings
from ivr.story.calls import CallOutcome

FOLDER = "folder"
LIVE = "live"
NO_CALLS = Tally({}, 0)
MOST_CALLS = 200_000  # two years of a busy clinic


@dataclass(frozen=True, slots=True)
class Known:
    """What is kept of versions."""

    published: Sequence[Publication]
    tallies: Mapping[str, Tally]

    @property
    def live(self) -> str:
        """The version most new calls use; `` when nothing was ever published."""
        main = in_force(self.published).main
        return main.version if main else ""

    @property
    def trial(self) -> str:
        """The version that a share of calls tries; `` when there is none."""
        trial = in_force(self.published).trial
        return trial.version if trial else ""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `versions`, `compare` and `diff`."""
    versions = commands.add_parser("versions", help="which versions were published, which is live")
    versions.set_defaults(func=show_versions)
    compare = commands.add_parser("compare", help="how the calls of two versions ended")
    compare.add_argument("old", nargs="?", default="", metavar="A", help="default: what is live")
    compare.add_argument("new", nargs="?", default="", metavar="B", help="default: the trial")
    compare.set_defaults(func=show_comparison)
    diff = commands.add_parser("diff", help="what distinguishes two versions, in words")
    diff.add_argument("old", nargs="?", default=LIVE, metavar="A", help="default: what is live")
    diff.add_argument("new", nargs="?", default=FOLDER, metavar="B", help="default: the folder")
    diff.set_defaults(func=show_differences)
    for command in (versions, compare, diff):
        add_settings(command)
        add_json(command)


def show_versions(options: argparse.Namespace) -> int:
    """List every publication, the newest first."""
    settings = read_settings(options)
    known = asyncio.run(_known(settings))
    now = in_force(known.published)
    rows = [
        {
            "version": one.version,
            "published": one.at.astimezone().strftime("%Y-%m-%d %H:%M"),
            "by": one.who,
            "to": "everybody" if one.share >= EVERYBODY else f"{one.share:.0%}",
            "now": "live" if one is now.main else "on trial" if one is now.trial else "",
            "calls": str(known.tallies.get(one.version, NO_CALLS).calls),
            "note": one.note,
        }
        for one in reversed(known.published)
    ]
    if options.json:
        print(json.dumps(rows))
    elif rows:
        Console().print(table(rows, whole=("version", "published"), right=("calls",)))
        print(_folder(settings, known.live))
    else:
        print("Nothing was published yet: a line that starts uses the folder.")
    return 0


def _folder(settings: Settings, live: str) -> str:
    """Tell how the folder stands to what is live."""
    folder = settings.flows.folder
    try:
        version = load_practice(settings).book.version
    except FlowErrors as errors:
        return f"{folder} has mistakes ({len(errors.errors)}): ivr flow check"
    if version == live:
        return f"{folder} is what is live."
    return f"{folder} is version {version}. What publishing it would change: ivr flow diff"


def show_comparison(options: argparse.Namespace) -> int:
    """Put the figures of two versions side by side."""
    settings = read_settings(options)
    known = asyncio.run(_known(settings))
    old = _version(options.old or known.live, known)
    new = _version(options.new or known.trial, known)
    figures = {version: _figures(known.tallies.get(version, NO_CALLS)) for version in (old, new)}
    if options.json:
        print(json.dumps(figures))
        return 0
    rows = [
        {"": label, old: figures[old][label], new: figures[new][label]} for label in figures[old]
    ]
    Console().print(table(rows, right=(old, new)))
    return 0


def _version(beginning: str, known: Known) -> str:
    """Complete the name of a version that has taken calls or was published."""
    everything = dict.fromkeys((*known.tallies, *(one.version for one in known.published)))
    found = [version for version in everything if beginning and version.startswith(beginning)]
    if len(found) != 1:
        what = f"version {beginning!r} is not one" if beginning else "there is no trial"
        names = ", ".join(everything) or "none yet"
        raise StoreError(f"{what}: name two of these versions: {names}")
    return found[0]


def _figures(of: Tally) -> dict[str, str]:
    person = (CallOutcome.HANDED_OFF,)
    later = (CallOutcome.MESSAGE, CallOutcome.CALLBACK)
    failed = (CallOutcome.FAILED, CallOutcome.CRASHED, CallOutcome.REDIRECTED)
    return {
        "calls": str(of.calls),
        "done by the line": f"{of.share(CallOutcome.CONTAINED):.0%}",
        "to a person": f"{of.share(*person):.0%}",
        "message or call-back": f"{of.share(*later):.0%}",
        "hung up before": f"{of.share(CallOutcome.ABANDONED):.0%}",
        "failed": f"{of.share(*failed):.0%}",
        "turns of a call": f"{of.turns_each:.1f}",
    }


def show_differences(options: argparse.Namespace) -> int:
    """Tell what was added, removed and changed."""
    settings = read_settings(options)
    old, new = asyncio.run(_practices(settings, options.old, options.new))
    changes = (*differences(old.book.flows, new.book.flows), *_of_queues(old, new))
    if options.json:
        print(json.dumps([asdict(change) for change in changes]))
        return 0
    for change in changes:
        print(change)
    if not changes:
        print("They say and do the same. As long as nothing was published, live is the folder.")
    return 0


def _of_queues(old: Practice, new: Practice) -> Iterator[Change]:
    before, now = old.office.queues, new.office.queues
    for name in dict.fromkeys((*now, *before)):
        place = f"queue {name}"
        if name in before and name in now:
            yield from compared(place, _queue_facts(before[name]), _queue_facts(now[name]))
        else:
            one = (before.get(name) or now[name]).title
            yield Change(place, "", one if name in before else "", one if name in now else "")


def _queue_facts(queue: Queue) -> dict[str, str]:
    return {each.name: str(getattr(queue, each.name)) for each in fields(queue)}


# ---------------------------------------------------------------- reading


async def _known(settings: Settings) -> Known:
    rows = kept_calls(settings.call_book, most=MOST_CALLS)
    versions = VersionBook(settings.version_book)
    try:
        return Known(await versions.published(), tally(rows))
    finally:
        await versions.close()


async def _practices(settings: Settings, *names: str) -> tuple[Practice, ...]:
    versions = VersionBook(settings.version_book)
    try:
        return tuple([await practice_named(name, settings, versions) for name in names])
    finally:
        await versions.close()


async def practice_named(name: str, settings: Settings, versions: VersionBook) -> Practice:
    """
    Find the flows that *name* means: `folder`, `live`, a folder, or the beginning of a version.

    Raises:
        FlowErrors: They have mistakes.
        SettingsError: It is a folder without flows.
        StoreError: There is no such version.
    """
    if name == LIVE:
        main = in_force(await versions.published()).main
        name = main.version if main else FOLDER
    if name == FOLDER:
        return load_practice(settings)
    if Path(name).is_dir():  # noqa: ASYNC240 - a command line has nothing else to do meanwhile
        return load_practice(at_folder(settings, name))
    version, files = await versions.find(name)
    return practice_of(files, name=version, start=settings.flows.start)
