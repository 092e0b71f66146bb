"""A line as its operator runs it: `ivr serve` in a process of its own, with a scratch folder."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.support.need import ROOT
from tests.support.waiting import until

PROGRAM = Path(sys.executable).with_name("ivr")
STARTS_WITHIN = 60.0  # seconds
ENDS_WITHIN = 30.0  # seconds
LOOK_EVERY = 0.05  # seconds; looking costs the line time too
Table = Mapping[str, Any]
Settings = Mapping[str, Any]


class LineProcess:
    """
    One line; a context manager that starts and ends it.

    Its files are in `folder`: `settings.toml`, `data`, and what it printed in `out` and `log`.
    """

    def __init__(
        self,
        folder: Path,
        settings: Settings | None = None,
        *,
        agents: Sequence[str] = (),
        prefix: Sequence[str] = (),
    ) -> None:
        """
        Write the settings.

        Args:
            folder: An empty one, with a short path: sockets live in it.
            settings: Tables to use in place of the defaults of a test line.
            agents: SIP addresses of the people, who answer for everything.
            prefix: Program and arguments to start the line with, such as `prlimit`.
        """
        self.folder = folder
        self.data = folder / "data"
        self.port = 0
        self._seen: dict[str, None] = {}  # calls, in the order they were seen in
        self._prefix = tuple(prefix)
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        people = [{"name": f"Agent {n}", "uri": uri} for n, uri in enumerate(agents, start=1)]
        tables: dict[str, Any] = {
            "data": str(self.data),
            "line": {"port": 0},
            "console": {"port": 0},
            "metrics": {"port": 0},
            "flows": {"folder": str(ROOT / "flows"), "prompts": str(ROOT / "prompts")},
            "handoff": {"agents": people},
        }
        for name, value in (settings or {}).items():
            known = tables.get(name)
            tables[name] = {**known, **value} if isinstance(known, dict) else value
        self.settings = folder / "settings.toml"
        self.settings.write_text(_toml(tables), encoding="utf-8")

    def __enter__(self) -> Self:
        """Start; returns when it takes calls."""
        try:
            self.start()
            self.await_start()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End it; whatever was done to it, nothing of it stays."""
        self._end()

    def _end(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(ENDS_WITHIN)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    # ------------------------------------------------------------ the process

    def start(self) -> None:
        """Start it and do not wait."""
        with (self.folder / "out").open("wb") as out, (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*self._prefix, str(PROGRAM), "serve", "--settings", str(self.settings)],
                stdout=out,
                stderr=log,
            )

    def await_start(self) -> None:
        """Wait until it takes calls."""
        until(self._is_up, within=STARTS_WITHIN, every=LOOK_EVERY, what="a running line")

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send signal *number* and give the exit status."""
        os.kill(self.pid, number)
        return self.wait()

    def wait(self) -> int:
        """Wait for it to end by itself; give the exit status."""
        assert self._process is not None
        return self._process.wait(ENDS_WITHIN)

    def _is_up(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise RuntimeError(f"the line did not start: {self.log_text}")
        if "Ring it" not in self.out_text:
            return False
        self.port = int(self.ask("health")["port"])
        return True

    # ------------------------------------------------------------ what it tells

    @property
    def out_text(self) -> str:
        return (self.folder / "out").read_text(encoding="utf-8")

    @property
    def log_text(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8")

    @property
    def log(self) -> list[dict[str, Any]]:
        """Every record so far."""
        return [json.loads(line) for line in self.log_text.splitlines() if line.startswith("{")]

    def logged(self, what: str) -> list[dict[str, Any]]:
        """Give the records of the sentence *what*."""
        return [record for record in self.log if record["what"] == what]

    def ask(self, what: str) -> dict[str, Any]:
        """Ask its socket, as `ivr calls` does."""
        with socket.socket(socket.AF_UNIX) as plug:
            plug.connect(str(self.data / "watch.sock"))
            plug.sendall(json.dumps({"ask": what}).encode() + b"\n")
            return dict(json.loads(plug.makefile().readline()))

    @property
    def calls(self) -> list[dict[str, Any]]:
        """The live calls, each with the `state` it is in."""
        found = self.ask("calls")["calls"]
        self._seen |= {call["call"]: None for call in found if call["call"] not in self._seen}
        return [{**call, "state": (call["places"] or [""])[-1]} for call in found]

    def rows(self) -> list[dict[str, Any]]:
        """Give the call book's rows, the oldest first."""
        book = f"file:{self.data / 'calls.db'}?mode=ro"
        with closing(sqlite3.connect(book, uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            found = connection.execute("select * from calls order by started, rowid").fetchall()
        return [{**row, "path": tuple(json.loads(row["path"]))} for row in map(dict, found)]

    def await_rows(self, number: int) -> list[dict[str, Any]]:
        """Wait until *number* calls have ended and are in the book; give all rows."""

        def look() -> bool:
            return len([row for row in self.rows() if row["outcome"]]) >= number

        until(look, every=LOOK_EVERY, what=f"{number} rows of ended calls")
        return self.rows()

    def await_last_row(self) -> dict[str, Any]:
        """Wait until all calls are over and the last one seen is in the book; give the last row."""
        self.await_no_call()
        last = list(self._seen)[-1:]

        def look() -> bool:
            over = [row["call"] for row in self.rows() if row["outcome"]]
            return bool(over) and set(last) <= set(over) and self.rows()[-1]["call"] in over

        until(look, every=LOOK_EVERY, what="the row of the last call")
        return self.rows()[-1]

    def await_call(self, *, within: float = 30.0, **fields: str) -> dict[str, Any]:
        """Wait until a live call has these *fields*, such as its `state` or `phase`; give it."""
        found: list[dict[str, Any]] = []

        def look() -> bool:
            found[:] = [call for call in self.calls if fields.items() <= call.items()]
            return bool(found)

        until(look, within=within, every=LOOK_EVERY, what=f"a call with {fields}")
        return found[0]

    def await_no_call(self) -> None:
        """Wait until nobody is on the line."""
        until(lambda: not self.calls, every=LOOK_EVERY, what="the end of all calls")

    def ivr(self, *arguments: str, status: int = 0) -> str:
        """Run `ivr` with this line's settings; give what it printed, errors included."""
        done = subprocess.run(
            [str(PROGRAM), *arguments, "--settings", str(self.settings)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == status, done.stdout
        return done.stdout

    def children(self, name: str) -> list[int]:
        """Give the processes under this line whose command holds *name*."""
        return [pid for pid in descendants(self.pid) if name in _command(pid)]


def descendants(pid: int) -> list[int]:
    """Give every process below *pid*."""
    found: list[int] = []
    for children in Path(f"/proc/{pid}/task").glob("*/children"):  # each thread has its own
        with suppress(OSError):
            found += map(int, children.read_text(encoding="ascii").split())
    return found + [grand for child in found for grand in descendants(child)]


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8").replace("\0", " ")
    except OSError:
        return ""


def _toml(tables: Settings) -> str:
    plain = [f"{name} = {_value(v)}" for name, v in tables.items() if not isinstance(v, Mapping)]
    for name, table in tables.items():
        if isinstance(table, Mapping):
            plain += [f"[{name}]", *(f"{key} = {_value(v)}" for key, v in table.items())]
    return "\n".join(plain) + "\n"


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} = {_value(v)}" for key, v in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    return json.dumps(value)  # texts, numbers and truth values are written alike in TOML
