"""A note is kept, whatever the disk does meanwhile."""

import asyncio

from ivr.errors import StoreUnavailable
from ivr.webrtc.floor import WrapUpNote
from ivr.webrtc.messages import WrapUpOutcome
from ivr.webrtc.notes import AGAIN_AFTER, NoteKeeper
from tests.support.virtual_loop import run


class Disk:
    def __init__(self, *, full: bool) -> None:
        self.full = full
        self.kept: list[str] = []

    async def keep(self, note: WrapUpNote) -> None:
        if self.full:
            raise StoreUnavailable("disk full")
        self.kept.append(note.note)


def noted(text: str, call: str = "5f1c20aa") -> WrapUpNote:
    return WrapUpNote(call, "Dana", text, WrapUpOutcome.SOLVED, finished=True)


def test_a_note_is_kept_once_the_disk_takes_it() -> None:
    async def scene() -> None:
        disk = Disk(full=True)
        keeper = NoteKeeper(disk.keep)
        keeper.take(noted("first"))
        await asyncio.sleep(60)
        disk.full = False
        await asyncio.sleep(AGAIN_AFTER + 1)
        assert disk.kept == ["first"]
        await keeper.close()
        assert disk.kept == ["first"]

    run(scene())


def test_the_last_note_of_a_call_counts_and_other_calls_keep_theirs() -> None:
    async def scene() -> None:
        disk = Disk(full=True)
        keeper = NoteKeeper(disk.keep)
        keeper.take(noted("draft"))
        keeper.take(noted("finished"))
        keeper.take(noted("other", call="77aa01bc"))
        await asyncio.sleep(1)
        disk.full = False
        await keeper.close()
        assert disk.kept == ["finished", "other"]

    run(scene())
