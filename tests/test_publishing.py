"""What is live is what was published last; what has mistakes never is."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr import publishing
from ivr.errors import FlowErrors, SettingsError, StoreError
from ivr.loading import QUEUES_FILE, load_practice
from ivr.publishing import LiveFlows
from ivr.records.versions import VersionBook, tries
from ivr.settings import Settings
from tests.flows.shipped import SETTINGS

EDITED, OLD = "Welcome to Elm Street Clinic.", "Thank you for calling Cedar Street Clinic."
CALLS = [f"{number:012x}" for number in range(200)]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A copy of the shipped flows, and a data folder of its own."""
    folder = tmp_path / "flows"
    shutil.copytree(SETTINGS.flows.folder, folder)
    flows = replace(SETTINGS.flows, folder=str(folder))
    return replace(SETTINGS, flows=flows, data=str(tmp_path / "data"))


def edit(settings: Settings, old: str = OLD, new: str = EDITED) -> None:
    file = Path(settings.flows.folder) / "main_menu.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def break_it(settings: Settings) -> None:
    edit(settings, "next: menu", "next: menuu")


@asynccontextmanager
async def line(settings: Settings) -> AsyncIterator[LiveFlows]:
    """The flows of a line that has just started."""
    versions = VersionBook(settings.version_book)
    try:
        flows = LiveFlows(settings, versions)
        await flows.start()
        yield flows
    finally:
        await versions.close()


def used(flows: LiveFlows) -> set[str]:
    """Versions that new calls use."""
    return {flows.book_for(call).version for call in CALLS}


def test_a_line_that_never_published_uses_the_folder(settings: Settings) -> None:
    async def scene() -> None:
        async with line(settings) as flows:
            assert used(flows) == {load_practice(settings).book.version}

    asyncio.run(scene())


def test_what_was_published_last_is_live_also_after_a_restart(settings: Settings) -> None:
    async def scene() -> None:
        async with line(settings) as flows:
            done = await flows.publish(who="kim", note="as it comes")
        edit(settings)
        async with line(settings) as flows:
            assert used(flows) == {done.version}
            edited = await flows.publish(who="kim")
            assert used(flows) == {edited.version} != {done.version}

    asyncio.run(scene())


def test_a_version_with_mistakes_is_refused_and_nothing_changes(settings: Settings) -> None:
    async def scene() -> None:
        async with line(settings) as flows:
            before = used(flows)
            break_it(settings)
            with pytest.raises(FlowErrors, match="menuu"):
                await flows.publish(who="kim")
            assert used(flows) == before
            assert flows.in_force.main is None

    asyncio.run(scene())


def test_rolling_back_leads_to_what_was_live_before_and_on_to_any_version(
    settings: Settings,
) -> None:
    async def scene() -> None:
        async with line(settings) as flows:
            first = (await flows.publish(who="kim")).version
            edit(settings)
            second = (await flows.publish(who="kim")).version
            assert (await flows.roll_back("", who="lee")).version == first
            assert used(flows) == {first}
            await flows.roll_back(second[:6], who="lee")
            assert used(flows) == {second}
            with pytest.raises(StoreError, match="no version"):
                await flows.roll_back("ffff", who="lee")

    asyncio.run(scene())


def test_there_is_nothing_before_the_first_version(settings: Settings) -> None:
    async def scene() -> None:
        async with line(settings) as flows:
            with pytest.raises(StoreError, match="nothing was published before"):
                await flows.roll_back("", who="kim")

    asyncio.run(scene())


@pytest.mark.parametrize(("share", "versions"), [(0.0, 1), (0.5, 2), (1.0, 1)])
def test_a_share_of_calls_tries_a_version(settings: Settings, share: float, versions: int) -> None:
    async def scene() -> None:
        async with line(settings) as flows:
            before = flows.practice.book.version
            edit(settings)
            tried = (await flows.publish(who="kim", share=share)).version
            found = used(flows)
            assert len(found) == versions
            assert (before in found, tried in found) == (share < 1, share > 0)
        async with line(settings) as again:
            assert used(again) == found

    asyncio.run(scene())


@pytest.mark.parametrize("end", ["publish", "roll back"])
def test_a_trial_ends_by_publishing_or_by_rolling_back(settings: Settings, end: str) -> None:
    async def scene() -> None:
        async with line(settings) as flows:
            before = flows.practice.book.version
            edit(settings)
            tried = (await flows.publish(who="kim", share=0.5)).version
            if end == "publish":
                await flows.publish(who="kim")
            else:
                await flows.roll_back("", who="kim")
            assert used(flows) == {tried if end == "publish" else before}
            assert flows.in_force.trial is None

    asyncio.run(scene())


def test_a_trial_cannot_change_the_queues(settings: Settings) -> None:
    async def scene() -> None:
        async with line(settings) as flows:
            with (Path(settings.flows.folder) / QUEUES_FILE).open("a") as queues:
                queues.write("# changed\n")
            with pytest.raises(SettingsError, match="share"):
                await flows.publish(who="kim", share=0.1)
            await flows.publish(who="kim")

    asyncio.run(scene())


def damage(settings: Settings, how: str) -> None:
    book = settings.version_book
    if how == "no database":
        book.write_bytes(b"rubble" * 1000)
        for beside in (f"{book}-wal", f"{book}-shm"):
            Path(beside).unlink(missing_ok=True)
        return
    asyncio.run(_change_kept(book, how))


async def _change_kept(book: Path, how: str) -> None:
    versions = VersionBook(book)
    statement = {
        "gone": "delete from files",
        "another text": "update files set content = content || '# more'",
        "no flow": "update files set content = 'rubble'",
        "no moment": "update publications set at = 'now'",
    }[how]
    await versions._database.write(lambda connection: connection.execute(statement))
    await versions.close()


@pytest.mark.parametrize("how", ["no database", "gone", "another text", "no flow", "no moment"])
def test_what_is_kept_and_cannot_be_used_leaves_the_folder_to_the_line(
    settings: Settings, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def publish() -> None:
        async with line(settings) as flows:
            await flows.publish(who="kim")

    async def restart() -> None:
        async with line(settings) as flows:
            assert used(flows) == {load_practice(settings).book.version}

    asyncio.run(publish())
    damage(settings, how)
    edit(settings)
    asyncio.run(restart())
    assert bool(caplog.records) == (how != "no moment")


async def soon(happened: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not happened():  # noqa: ASYNC110 - what is waited for is seen from outside
            await asyncio.sleep(0.01)


def test_a_saved_file_goes_live_and_one_with_a_mistake_does_not(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(publishing, "LOOK_EVERY", 0.05)

    async def scene() -> None:
        async with line(settings) as flows:
            before = used(flows)
            watching = asyncio.create_task(flows.watch())
            await asyncio.sleep(0.2)  # it has looked once; were it later, nothing would be new
            break_it(settings)
            await soon(lambda: "flow mistake" in caplog.messages)
            assert used(flows) == before
            edit(settings, "next: menuu", "next: menu")
            edit(settings)
            await soon(lambda: used(flows) != before)
            assert used(flows) == {load_practice(settings).book.version}
            watching.cancel()
            await asyncio.wait({watching})

    asyncio.run(scene())


@given(st.integers(0, 2**48 - 1), st.floats(0, 1), st.floats(0, 1))
def test_who_tries_a_small_share_tries_a_larger_one(call: int, one: float, other: float) -> None:
    name = f"{call:012x}"
    small, large = sorted((one, other))
    assert tries(name, large) or not tries(name, small)
    assert tries(name, 1.0)
    assert not tries(name, 0.0)


def test_a_tenth_of_calls_is_about_a_tenth() -> None:
    drawn = sum(tries(f"{number:012x}", 0.1) for number in range(5000))
    assert 400 < drawn < 600
