"""A real terminal without a person: tmux runs a program in it, presses keys, and reads it."""

import shlex
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.need import ROOT, need_program
from tests.support.waiting import until

WITHIN = 30.0  # seconds until a screen that never comes is given up
LOOK_EVERY = 0.1  # seconds


class Terminal:
    """One program in one terminal; a context manager that ends both."""

    def __init__(
        self,
        folder: Path,
        command: Sequence[str],
        *,
        size: tuple[int, int] = (80, 24),
        env: Mapping[str, str] | None = None,
    ) -> None:
        """
        Prepare to run *command*.

        Args:
            folder: An empty one, with a short path: tmux has a socket in it.
            command: Program and arguments.
            size: Columns and rows.
            env: Variables to set; an empty one is taken away.
        """
        self._tmux = (str(need_program("tmux", package="tmux")), "-u", "-S", str(folder / "tmux"))
        self._size = size
        named = dict(env or {})
        taken = [option for name, value in named.items() if not value for option in ("-u", name)]
        given = [f"{name}={value}" for name, value in named.items() if value]
        self._command = shlex.join(["env", *taken, *given, *command])

    def __enter__(self) -> Self:
        """Start it."""
        columns, rows = map(str, self._size)
        self._do("-f", "/dev/null", "new-session", "-d", "-x", columns, "-y", rows, self._command)
        self._do("set-option", "-g", "remain-on-exit", "on")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the program and the terminal."""
        self._do("kill-server")

    def press(self, *keys: str) -> None:
        """Press keys; tmux knows names such as `Enter`, `Tab` and `Escape`."""
        self._do("send-keys", *keys)

    def resize(self, columns: int, rows: int) -> None:
        """Have another size."""
        self._do("resize-window", "-x", str(columns), "-y", str(rows))

    @property
    def screen(self) -> str:
        """What is seen."""
        return self._do("capture-pane", "-p")

    @property
    def drawn(self) -> str:
        """What is seen, with the escape sequences that draw it."""
        return self._do("capture-pane", "-p", "-e")

    @property
    def pid(self) -> int:
        """The process of the program."""
        return int(self._do("display-message", "-p", "#{pane_pid}"))

    @property
    def ended(self) -> bool:
        """Whether the program has."""
        return self._do("display-message", "-p", "#{pane_dead}").strip() == "1"

    def sees(self, *texts: str) -> str:
        """Wait until all of *texts* are seen; give the screen."""
        try:
            until(
                lambda: all(text in self.screen for text in texts), within=WITHIN, every=LOOK_EVERY
            )
        except TimeoutError:
            raise AssertionError(f"{texts} never came:\n{self.screen}") from None
        return self.screen

    def _do(self, *arguments: str) -> str:
        return subprocess.run(
            [*self._tmux, *arguments], check=True, cwd=ROOT, capture_output=True, text=True
        ).stdout
