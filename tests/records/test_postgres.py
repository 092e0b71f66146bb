"""Records on a real PostgreSQL server that stops, hangs, or is not reached at all."""

import asyncio
from collections.abc import Iterator

import pytest

from ivr.errors import SettingsError, StoreError, StoreUnavailable
from ivr.records import engines
from ivr.records.calls import CallBook, kept_calls
from ivr.records.engines import engine_of, title
from ivr.records.store import Store
from tests.records.stories import call
from tests.support.postgres_server import PostgresServer

AWAY = "postgresql://ivr:s3cr3t-word@127.0.0.1:9/line"  # nothing listens there


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """One that a test may stop and freeze, and lets go on in the end."""
    with PostgresServer() as server:
        yield server


def test_rows_wait_while_the_server_is_away(
    server: PostgresServer, caplog: pytest.LogCaptureFixture
) -> None:
    where = server.new_database()

    async def main() -> None:
        book = CallBook(where)
        await book.start()
        book.take(call(1))
        await book.flush()
        server.stop()
        book.take(call(2))
        assert not await book.flush()
        assert book.waiting == 1
        server.start()
        assert await book.flush()
        assert [row.call for row in await book.recent(3)] == ["00000002", "00000001"]
        await book.close()

    caplog.set_level("INFO", logger="ivr")
    asyncio.run(main())
    assert [record.message for record in caplog.records] == [
        "call book in trouble, rows wait in memory",
        "call book works again",
    ]


def test_a_line_starts_without_its_server(server: PostgresServer) -> None:
    where = server.new_database()
    server.stop()

    async def main() -> None:
        book = CallBook(where, patience=1.0)
        await book.start()
        book.take(call(1))
        server.start()
        assert await book.flush()
        await book.close()

    asyncio.run(main())
    assert [row.call for row in kept_calls(where, most=3)] == ["00000001"]


def test_a_server_that_hangs_holds_up_nobody(server: PostgresServer) -> None:
    where = server.new_database()

    async def main() -> None:
        book = CallBook(where, patience=0.5)
        await book.start()
        server.freeze()
        book.take(call(1))
        flushing = asyncio.create_task(book.flush())
        moments = 0
        while not flushing.done():
            await asyncio.sleep(0.01)
            moments += 1
        assert moments > 5
        assert not await flushing
        assert not await book.flush()
        server.thaw()
        while not await book.flush():
            continue
        await book.close()

    asyncio.run(main())
    assert [row.call for row in kept_calls(where, most=3)] == ["00000001"]


def test_a_server_that_hangs_does_not_keep_the_line_from_ending(server: PostgresServer) -> None:
    where = server.new_database()

    async def main() -> None:
        store = Store(where, timeout=0.5)
        await store.read(lambda _: None)
        server.freeze()
        with pytest.raises(StoreUnavailable, match="did not answer"):
            await store.read(lambda c: c.exec_driver_sql("select 1"))
        await store.close()
        assert store._connection is None

    asyncio.run(main())
    server.thaw()


def test_errors_name_host_and_database_and_never_the_password() -> None:
    async def main() -> str:
        store = Store(AWAY, timeout=1.0)
        with pytest.raises(StoreUnavailable) as found:
            await store.read(lambda _: None)
        await store.close()
        return f"{found.value!r} {found.value.__cause__!r} {store._engine!r}"

    told = asyncio.run(main())
    assert "database line on 127.0.0.1 cannot be reached" in told
    assert "s3cr3t" not in told


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("mysql://ivr:s3cr3t-word@host/line", "a URL of mysql"),
        ("postgresql://ivr:s3cr3t-word@host", "a URL without a database"),
        ("s3cr3t-word", "a text that is no URL"),
        ("postgresql://ivr:s3cr3t-word@host:many/line", "a text that is no URL"),
    ],
)
def test_a_wrong_url_is_told_without_what_stands_in_it(url: str, found: str) -> None:
    with pytest.raises(SettingsError, match=f"setting records.url: found {found}") as error:
        engine_of(url, timeout=1.0)
    assert "s3cr3t" not in str(error.value)


def test_the_schemes_that_others_write_are_understood() -> None:
    for scheme in ("postgres", "postgresql", "postgresql+psycopg"):
        assert title(f"{scheme}://ivr@db.example/line") == "database line on db.example"


def test_without_the_driver_it_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "find_spec", lambda _: None)
    with pytest.raises(SettingsError, match=r"pip install 'clinic-line\[postgres\]'"):
        engine_of(AWAY, timeout=1.0)


def test_a_wrong_password_is_an_error_that_names_no_secret(server: PostgresServer) -> None:
    where = server.new_database().replace("clinic_line@", "stranger:s3cr3t-word@")
    with pytest.raises(StoreError, match="cannot be reached, or does not let us in") as error:
        kept_calls(where, most=1)
    assert "s3cr3t" not in str(error.value)
