"""A real PostgreSQL server on its own socket, which can be stopped, frozen and started again."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

from tests.support.need import need_program

STARTS_WITHIN = 30.0  # seconds; these machines are shared
DEBIAN = "/usr/lib/postgresql"  # its programs are not found by name
OWNER = "clinic_line"
_HASTE = (
    "fsync=off",
    "full_page_writes=off",
    "autovacuum=off",
)  # what is written outlives it anyway


class PostgresServer:
    """A cluster in a temporary folder, owned by somebody else where we are root."""

    def __init__(self) -> None:
        found = sorted(Path(DEBIAN).glob("*/bin"))
        path = os.pathsep.join([os.environ["PATH"], *map(str, found)])
        self._bin = need_program("postgres", package="postgresql", path=path).parent
        self._folder = Path(tempfile.mkdtemp(prefix="pg-"))
        self._process: subprocess.Popen[bytes] | None = None
        self._names = count(1)
        self._as: list[str] = []
        if os.getuid() == 0:  # postgres refuses to run as root
            nobody = pwd.getpwnam("nobody")
            os.chown(self._folder, nobody.pw_uid, nobody.pw_gid)
            drop = [f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
            self._as = [shutil.which("setpriv") or "setpriv", *drop]
        words = ["-D", str(self._data), "-A", "trust", "-U", OWNER, "--no-sync", "-E", "UTF8"]
        self._run("initdb", *words, "--no-locale")

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def url(self, database: str) -> str:
        return f"postgresql://{OWNER}@/{database}?host={self._folder}"

    def new_database(self) -> str:
        """Make an empty database; return its URL."""
        name = f"line{next(self._names)}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"create database {name}".encode())
        return self.url(name)

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.remove()

    def start(self) -> None:
        options: list[str] = [
            f"-c{setting}" for setting in (*_HASTE, "listen_addresses=", "log_min_messages=panic")
        ]
        command: list[str | Path] = [
            *self._as,
            self._bin / "postgres",
            "-D",
            self._data,
            "-k",
            self._folder,
            *options,
        ]
        self._process = subprocess.Popen(
            command, cwd=self._folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + STARTS_WITHIN
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("postgres does not start")
            time.sleep(0.02)

    def stop(self) -> None:
        """End it, and every connection."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(signal.SIGQUIT)  # immediate: its children end, too
            process.wait()

    def freeze(self) -> None:
        """Let no connection have an answer; connections can be made."""
        self._signal_all(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal_all(signal.SIGCONT)

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self._folder)

    def _signal_all(self, which: signal.Signals) -> None:
        assert self._process is not None
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        for child in map(int, children.read_text().split()):
            os.kill(child, which)
        self._process.send_signal(which)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, program: str, *words: str) -> None:
        subprocess.run(
            [*self._as, self._bin / program, *words],
            cwd=self._folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )
