"""A line of its own for a benchmark: a process, a scratch folder, and what it costs."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Cost:
    """What the line has used so far."""

    line_cpu: float
    """Seconds of CPU of the line's own process."""
    others_cpu: float
    """Seconds of CPU of its children: recognisers and synthesiser."""
    line_mb: float
    """Resident memory of the line's own process, in MB."""


class Line:
    """`ivr serve` with an agent's phone that only listens; a context manager."""

    def __init__(self) -> None:
        self._scratch = tempfile.TemporaryDirectory()
        self._process: subprocess.Popen[str] | None = None
        self.agent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.agent.bind(("127.0.0.1", 0))
        self.port = 0

    def __enter__(self) -> Self:
        """Start the line; returns when it takes calls."""
        folder = Path(self._scratch.name)
        agent = self.agent.getsockname()[1]
        settings = folder / "settings.toml"
        settings.write_text(
            f'data = "data"\nlog_level = "warning"\n[line]\nport = 0\n'
            f'[flows]\nfolder = "{Path("flows").resolve()}"\n'
            f'prompts = "{Path("prompts").resolve()}"\n'
            f'[[handoff.agents]]\nname = "Dana"\nuri = "sip:dana@127.0.0.1:{agent}"\n'
        )
        program = Path(sys.executable).with_name("ivr")
        command = [str(program), "serve", "--settings", str(settings)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None  # noqa: S101 - asked for with PIPE
        for line in self._process.stdout:
            if line.startswith("Ring it"):
                break
        self.port = self._ask_port(folder / "data" / "watch.sock")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop the line."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(30)
        self.agent.close()
        self._scratch.cleanup()

    def cost(self) -> Cost:
        """Read what the line has used so far."""
        assert self._process is not None  # noqa: S101 - called inside the context
        own = self._process.pid
        others = sum(_cpu(pid) for pid in _descendants(own))
        return Cost(_cpu(own), others, _resident(own))

    def _ask_port(self, path: Path) -> int:
        with socket.socket(socket.AF_UNIX) as plug:
            plug.connect(str(path))
            plug.sendall(b'{"ask": "health"}\n')
            return int(json.loads(plug.makefile().readline())["port"])


def invite_arrival(agent: socket.socket, *, within: float) -> float:
    """Give the moment an INVITE reaches *agent*; the call is left ringing."""
    agent.settimeout(within)
    while not agent.recv(8192).startswith(b"INVITE"):
        pass
    return time.monotonic()


def _cpu(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS  # utime and stime, proc(5)


def _resident(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def _descendants(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    found = [int(child) for child in children]
    return found + [grand for child in found for grand in _descendants(child)]
