"""What was kept long enough, of every kind: how much it is, and how it goes."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ivr.clinic.messages import MessageBox
from ivr.records.accounts import AccountBook
from ivr.records.calls import CallBook
from ivr.records.notes import NoteBook
from ivr.records.retention import due_recordings, limit, sweep_recordings
from ivr.records.sweeping import Limits
from ivr.settings import Records


@dataclass(frozen=True, slots=True)
class Books:
    """Where things are kept."""

    messages: MessageBox
    notes: NoteBook
    calls: CallBook
    accounts: AccountBook
    recordings: Path
    """Their folder."""


def limits(kept: Records, *, now: datetime) -> Limits:
    """Return the moments before which calls go, and what is known of them."""
    return Limits(limit(kept.call_days, now=now), limit(kept.turn_days, now=now))


async def delete_expired(books: Books, kept: Records, *, now: datetime) -> Mapping[str, int]:
    """
    Delete what was kept long enough; return how much, by kind.

    Raises:
        StoreError: Something could not be deleted; the rest may be.
    """
    gone = {
        "recordings": await asyncio.to_thread(
            sweep_recordings, books.recordings, days=kept.recording_days, now=now
        )
    }
    if before := limit(kept.message_days, now=now):
        gone["voice messages"] = await books.messages.delete_before(before)
        gone["notes"] = await books.notes.delete_before(before)
    if before := limit(kept.call_days, now=now):
        gone["accounts"] = await books.accounts.delete_before(before)
    return {**gone, **await books.calls.sweep(limits(kept, now=now))}


async def count_expired(books: Books, kept: Records, *, now: datetime) -> Mapping[str, int]:
    """
    Count what `delete_expired` would delete, by kind.

    Raises:
        StoreError: Something cannot be read.
    """
    names = await asyncio.to_thread(
        due_recordings, books.recordings, days=kept.recording_days, now=now
    )
    found = {"recordings": len(names)}
    if before := limit(kept.message_days, now=now):
        found["voice messages"] = sum(one.at < before for one in await books.messages.kept())
        found["notes"] = sum(one.at < before for one in await books.notes.kept())
    if before := limit(kept.call_days, now=now):
        found["accounts"] = await books.accounts.count_before(before)
    return {**found, **await books.calls.due(limits(kept, now=now))}
