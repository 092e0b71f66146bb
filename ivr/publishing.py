"""
What new calls use: the flows that were published last, and those that a share of calls tries.

The folder is what is edited; what is live is what was published last. As long as nothing was
ever published, a line that starts uses the folder.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ivr.errors import FlowErrors, SettingsError, StoreError
from ivr.flow.machine import FlowBook
from ivr.loading import QUEUES_FILE, Practice, load_practice, practice_of
from ivr.records.versions import (
    EVERYBODY,
    InForce,
    Publication,
    VersionBook,
    before,
    in_force,
    tries,
)
from ivr.settings import Settings
from ivr.watch.asking import Given, Question
from ivr.watch.roles import Asker, Role

_log = logging.getLogger(__name__)
LOOK_EVERY = 1.0  # seconds between two looks at the folder
WATCHER = "file watch"  # who published what was saved
Stamps = dict[str, tuple[int, int]]
"""File to its time in nanoseconds and its size."""


class LiveFlows:
    """The flows of a line. `start` once; a call asks `book_for` when it begins, and keeps it."""

    def __init__(self, settings: Settings, versions: VersionBook) -> None:
        """Use nothing yet."""
        self._settings = settings
        self._versions = versions
        self._published: tuple[Publication, ...] = ()
        self._practice: Practice
        self._trial: tuple[FlowBook, float] | None = None
        self.on_live: Callable[[FlowBook], None] = lambda _book: None
        """Told of flows that were put live, for everybody or for a share."""

    @property
    def practice(self) -> Practice:
        """What everybody has who tries nothing."""
        return self._practice

    @property
    def in_force(self) -> InForce:
        """Which publications are live."""
        return in_force(self._published)

    def book_for(self, call: str) -> FlowBook:
        """Give the flows that the new call *call* uses to its end."""
        if self._trial is not None and tries(call, self._trial[1]):
            return self._trial[0]
        return self._practice.book

    async def start(self) -> None:
        """
        Use what was published last, or else the folder.

        What was published and cannot be read any more, or breaks a rule that is younger, is
        logged; then the folder is used: a line that answers with other words is better than none.

        Raises:
            FlowErrors: The folder is needed, and has mistakes.
            SettingsError: The folder is needed, and cannot be read.
        """
        try:
            self._published = await self._versions.published()
        except StoreError:
            _log.exception("published versions cannot be read, the flows folder is used")
        now = self.in_force
        kept = await self._kept(now.main.version) if now.main is not None else None
        self._practice = (
            kept if kept is not None else await asyncio.to_thread(load_practice, self._settings)
        )
        if now.trial is not None and (trial := await self._kept(now.trial.version)):
            self._trial = trial.book, now.trial.share
        try:
            await self._versions.keep(self._practice.book.version, self._practice.files)
        except StoreError:
            _log.exception("the version in use is not kept, it cannot be gone back to")

    async def publish(self, *, who: str, note: str = "", share: float = EVERYBODY) -> Publication:
        """
        Put the folder as it is now live, for everybody or for a *share* of new calls.

        Raises:
            FlowErrors: Every mistake in it; nothing was changed. The same for all below.
            SettingsError: It cannot be read, or its queues are not those that are live, which
                a trial cannot change: callers of both versions wait in the same queues.
            StoreError: It could not be kept.
        """
        practice = await asyncio.to_thread(load_practice, self._settings)
        return await self._put_live(practice, who=who, note=note, share=share)

    async def roll_back(self, version: str, *, who: str) -> Publication:
        """
        Put *version* live again, or with `` what was live before; a trial ends.

        Raises:
            FlowErrors: It breaks a rule that is younger than it.
            StoreError: There is none, or it could not be read or noted.
        """
        target = version or before(self._published)
        if not target:
            raise StoreError("nothing was published before this version")
        name, files = await self._versions.find(target)
        practice = practice_of(files, name=name, start=self._settings.flows.start)
        return await self._put_live(practice, who=who, note="rolled back", share=EVERYBODY)

    async def watch(self) -> None:
        """
        Publish the folder whenever it was saved, for ever; what has mistakes is logged and left.

        It must look the same twice: somebody who saves several files, or an editor that writes
        in pieces, is waited for.
        """
        folder = Path(self._settings.flows.folder)
        seen = last = await asyncio.to_thread(_stamps, folder)
        while True:
            await asyncio.sleep(LOOK_EVERY)
            now = await asyncio.to_thread(_stamps, folder)
            if now == last and now != seen:
                seen = now
                await self.publish_saved(who=WATCHER)
            last = now

    async def publish_saved(self, *, who: str) -> None:
        """Publish the folder for everybody; what is wrong with it is logged. Never fails."""
        try:
            await self.publish(who=who)
        except FlowErrors as errors:
            _log_mistakes(errors)
        except (SettingsError, StoreError) as error:
            _log.error("flows not published", extra={"error": error})

    # ------------------------------------------------------------ parts

    async def _put_live(
        self, practice: Practice, *, who: str, note: str, share: float
    ) -> Publication:
        version, everybody = practice.book.version, share >= EVERYBODY
        if not everybody and practice.files.get(QUEUES_FILE) != self._queues:
            found = f"a {QUEUES_FILE} that is not the one in use"
            raise SettingsError("share", found=found, accepted="flows only, the queues as they are")
        now = self.in_force
        if everybody and now.trial is None and now.main and now.main.version == version:
            return now.main
        publication = Publication(version, datetime.now(UTC), who, note, min(share, EVERYBODY))
        new = [publication]
        if not everybody and now.main is None:
            live = self._practice.book.version
            new.insert(0, Publication(live, publication.at, who, "was live before the trial"))
        await self._versions.keep(version, practice.files)
        await self._versions.publish(new)
        self._published = (*self._published, *new)
        if everybody:
            self._practice, self._trial = practice, None
        else:
            self._trial = practice.book, share
        _log.info("flows published", extra={"version": version, "share": share})
        self.on_live(practice.book)
        return publication

    @property
    def _queues(self) -> str | None:
        return self._practice.files.get(QUEUES_FILE)

    async def _kept(self, version: str) -> Practice | None:
        try:
            name, files = await self._versions.find(version)
            practice = practice_of(files, name=name, start=self._settings.flows.start)
            if practice.book.version == version:
                return practice
            _log.error("a published version is damaged", extra={"version": version})
        except FlowErrors as errors:
            _log_mistakes(errors)
        except (SettingsError, StoreError):
            _log.exception("a published version cannot be used")
        return None


def flow_questions(flows: LiveFlows) -> Mapping[str, Question]:
    """Let operators put versions live at the watch socket; mistakes are told one a text."""

    async def publish(given: Given, _asker: Asker) -> Mapping[str, Any]:
        try:
            share = float(given.get("share", EVERYBODY))
        except ValueError:
            share = -1.0
        if not 0.0 <= share <= EVERYBODY:
            return {"error": "a share is a number from 0 to 1"}
        try:
            note = given.get("note", "")
            return _told(await flows.publish(who=given["who"], note=note, share=share))
        except FlowErrors as errors:
            _log_mistakes(errors)
            return {"mistakes": [str(error) for error in errors.errors]}

    async def roll_back(given: Given, _asker: Asker) -> Mapping[str, Any]:
        try:
            return _told(await flows.roll_back(given.get("version", ""), who=given["who"]))
        except FlowErrors as errors:
            _log_mistakes(errors)
            return {"mistakes": [str(error) for error in errors.errors]}

    return {
        "publish": Question(publish, ("who",), ("note", "share"), Role.SUPERVISOR),
        "rollback": Question(roll_back, ("who",), ("version",), Role.SUPERVISOR),
    }


def _told(done: Publication) -> Mapping[str, Any]:
    return {"version": done.version, "share": done.share}


def _log_mistakes(errors: FlowErrors) -> None:
    """Log where mistakes are, without the texts."""
    for error in errors.errors:
        _log.error("flow mistake", extra={"file": error.file, "rule": error.rule})


def _stamps(folder: Path) -> Stamps:
    """Look at what is saved; a folder that is gone, or changes under our eyes, looks empty."""
    try:
        found = {path.name: path.stat() for path in folder.iterdir() if path.is_file()}
    except OSError:
        return {}
    return {name: (each.st_mtime_ns, each.st_size) for name, each in found.items()}
