"""
`python -m bench.top`: what `ivr top` costs the operator's terminal, and the line.

500 made-up calls with 100 events a second: from a key to its repaint, bytes a second as over SSH,
share of a core. Then real calls on several real lines, all on one screen.
"""

import argparse
import fcntl
import os
import pty
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path

from bench.figures import Figure, figure, keep
from tests.support.line_process import PROGRAM, LineProcess
from tests.support.need import ROOT
from tests.support.phone import Phone
from tests.support.tmux import Terminal
from tests.support.waiting import until

CALLS, EVENTS = 500, 100
SIZES = ((80, 24), (200, 50))
SETTLES = 3.0  # seconds after the first picture
PRESSES = 20
WATCHED = 10.0  # seconds
LINES, CALLERS = 7, 3  # the SIP library as it is installed carries four legs, one kept free
STARTS = 180.0  # seconds for all lines at once
TICKS = os.sysconf("SC_CLK_TCK")


class Screen:
    """`ivr top` on a pseudo-terminal that counts what is sent to it."""

    def __init__(self, line: Path, size: tuple[int, int]) -> None:
        self.sent = 0
        self.text = b""
        self._pid, self._fd = pty.fork()
        if self._pid == 0:
            os.environ |= {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
            os.execv(PROGRAM, [str(PROGRAM), "top", "--line", str(line)])  # noqa: S606
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        threading.Thread(target=self._read, daemon=True).start()

    def press(self, key: str) -> float:
        """Press a key; seconds until the chosen row is drawn."""
        self.text = b""
        began = time.perf_counter()
        os.write(self._fd, key.encode())
        until(lambda: b"\x1b[7" in self.text or b";7" in self.text, what="a repaint")
        return time.perf_counter() - began

    @property
    def cpu(self) -> float:
        """Seconds of a core so far."""
        fields = Path(f"/proc/{self._pid}/stat").read_text(encoding="ascii").rpartition(")")[2]
        return sum(map(int, fields.split()[11:13])) / TICKS

    def end(self) -> None:
        """End it."""
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)

    def _read(self) -> None:
        while True:
            try:
                came = os.read(self._fd, 1 << 16)
            except OSError:
                return
            self.sent += len(came)
            self.text += came


@contextmanager
def made_line(folder: Path) -> Iterator[Path]:
    """Have a made-up line in a process of its own."""
    command = [sys.executable, "-m", "tests.support.feed_server", str(folder)]
    process = subprocess.Popen([*command, f"--calls={CALLS}", f"--rate={EVENTS}"], cwd=ROOT)
    try:
        until((folder / "watch.sock").exists, within=STARTS, what="the made-up line")
        yield folder
    finally:
        process.kill()
        process.wait()


def measure(line: Path, size: tuple[int, int]) -> list[Figure]:
    """Measure one size of the screen."""
    screen, named = Screen(line, size), f"{size[0]}x{size[1]}, {CALLS} calls"
    try:
        until(lambda: b"in trouble" in screen.text, within=STARTS, what="the screen")
        time.sleep(SETTLES)
        pressed = []
        for n in range(PRESSES):
            pressed.append(screen.press("k" if n % 4 == 3 else "j"))
            time.sleep(0.3)
        cpu, sent = screen.cpu, screen.sent
        time.sleep(WATCHED)
        share, rate = (screen.cpu - cpu) / WATCHED, (screen.sent - sent) / WATCHED / 1024
    finally:
        screen.end()
    return [
        figure(f"key to repaint, {named}", pressed, "p95 <= 100 ms"),
        Figure(f"sent to the terminal, {named}", "KiB/s", rate, rate, 1, ""),
        Figure(f"share of a core, {named}", "%", 100 * share, 100 * share, 1, ""),
    ]


def real_calls(folder: Path) -> Figure:
    """Have real calls on several lines on one screen; seconds until all are seen."""
    keys_only = {"flows": {"start": "refill_status"}, "speech": {"engine": "none"}}
    with ExitStack() as stack:
        lines = [LineProcess(folder / str(n), keys_only) for n in range(LINES)]
        for line in lines:
            stack.callback(line._end)  # noqa: SLF001 - started all at once, ended each
            line.start()
        for line in lines:
            until(line._is_up, within=STARTS, every=0.2, what="a line")  # noqa: SLF001
        command = [str(PROGRAM), "top"] + [f"--line={line.data}" for line in lines]
        shown = stack.enter_context(
            Terminal(folder, command, size=(200, 50), env={"LC_ALL": "C.UTF-8"})
        )
        phones = [stack.enter_context(Phone(line.port)) for line in lines for _ in range(CALLERS)]
        began = time.perf_counter()
        print(shown.sees(f"{len(phones)} calls", f"1-{len(phones)} of {len(phones)}"))
        seen = time.perf_counter() - began
        for phone in phones:
            for key in "03031982":
                phone.press(key)
        shown.press("/", *"phone", "Enter")
        print(shown.sees(f"1-{len(phones)} of {len(phones)}", "only: phone"))
        return figure("real calls on one screen", [seen], "")


def main() -> None:
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--real", action="store_true", help="real calls, too")
    options = parser.parse_args()
    found: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="top-") as folder:
        with made_line(Path(folder, "made")) as line:
            for size in SIZES:
                found += measure(line, size)
        if options.real:
            found.append(real_calls(Path(folder)))
    for one in found:
        print(f"{one.what:50} {one.median:9.1f} {one.unit:6} p95 {one.p95:9.1f}  {one.budget}")
    keep("top", [asdict(one) for one in found])


if __name__ == "__main__":
    main()
