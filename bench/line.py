"""A line of its own for a benchmark: a process, a scratch folder, and what it costs."""

import os
import socket
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.line_process import LineProcess, descendants
from tests.support.sip_text import header

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

    def __init__(self, *, engine: str = "auto") -> None:
        """
        Choose what the line understands with.

        Args:
            engine: As in the settings; `none` leaves recognition out of what is measured.
        """
        self._scratch = tempfile.TemporaryDirectory()
        self.agent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.agent.bind(("127.0.0.1", 0))
        self._rung: set[str] = set()
        uri = f"sip:agent@127.0.0.1:{self.agent.getsockname()[1]}"
        settings = {"log_level": "warning", "speech": {"engine": engine}}
        self._process = LineProcess(Path(self._scratch.name), settings, agents=[uri])

    def __enter__(self) -> Self:
        """Start the line; returns when it takes calls."""
        self._process.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop the line."""
        self._process.__exit__(kind, error, traceback)
        self.agent.close()
        self._scratch.cleanup()

    @property
    def port(self) -> int:
        """Its SIP port."""
        return self._process.port

    def invite_arrival(self, *, within: float) -> float:
        """Give the moment the INVITE of a new call reaches the agent; it is left ringing."""
        self.agent.settimeout(within)
        while True:
            text = self.agent.recv(8192).decode(errors="replace")
            at, call = time.monotonic(), header(text, "Call-ID")
            # An unanswered INVITE is sent again for half a minute (RFC 3261 §17.1.1.2).
            if text.startswith("INVITE") and call not in self._rung:
                self._rung.add(call)
                return at

    def cost(self) -> Cost:
        """Read what the line has used so far."""
        own = self._process.pid
        others = sum(_cpu(pid) for pid in descendants(own))
        return Cost(_cpu(own), others, _resident(own))


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
