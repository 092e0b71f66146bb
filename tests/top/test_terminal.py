"""`ivr top` in a real terminal, as operators start it: sizes, colours, locales, its end."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.line_process import PROGRAM
from tests.support.need import ROOT
from tests.support.tmux import Terminal
from tests.support.waiting import until

COLOURS = re.compile(r"\x1b\[[0-9;]*(?:3[0-7]|4[0-7]|9[0-7]|38;|48;)[0-9;]*m")
UTF8 = {"LC_ALL": "C.UTF-8", "NO_COLOR": ""}


@pytest.fixture(scope="module")
def made_line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A made-up line in a process of its own; give its folder."""
    folder = tmp_path_factory.mktemp("made") / "north"
    command = [sys.executable, "-m", "tests.support.feed_server", str(folder), "--calls", "60"]
    process = subprocess.Popen([*command, "--rate", "20"], cwd=ROOT)
    try:
        until((folder / "watch.sock").exists, what="the made-up line")
        yield str(folder)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def top(line: str, *options: str) -> list[str]:
    return [str(PROGRAM), "top", "--line", line, *options]


def test_all_panes_are_reached_by_keys_on_a_small_terminal(made_line: str, tmp_path: Path) -> None:
    with Terminal(tmp_path, top(made_line), env=UTF8) as terminal:
        screen = terminal.sees("60 calls", "Where", "●●●●", "you are supervisor")
        assert all(len(row) <= 80 for row in screen.splitlines())
        assert len(screen.splitlines()) == 24
        terminal.press("j", "Enter")
        terminal.sees("What happened, call", "the line", "the caller")
        terminal.press("Tab", "Tab")
        terminal.sees("SIP, call", "INVITE", "▶ line")
        terminal.press("Tab")
        terminal.sees("Longest", "front_desk", "kim")
        terminal.press("Tab")
        terminal.sees("(north) connected", "acme registered")
        terminal.press("Escape")
        terminal.sees("Where")
        terminal.press("/", "p", "h", "a", "r", "Enter")
        terminal.sees("only: phar")
        terminal.press("q")
        until(lambda: terminal.ended, what="the end")


def test_a_wide_terminal_has_all_panes_at_once_and_follows_its_size(
    made_line: str, tmp_path: Path
) -> None:
    with Terminal(tmp_path, top(made_line), size=(200, 50), env=UTF8) as terminal:
        terminal.sees("The line says", "The caller", "Longest", "acme registered")
        terminal.press("j", "Enter")
        terminal.sees("What happened, call", "Sound, call", "SIP, call", "Longest")
        terminal.resize(80, 24)
        until(lambda: "Longest" not in terminal.screen, what="one pane")
        terminal.sees("What happened, call")


def test_a_terminal_without_colours_or_unicode_is_enough(made_line: str, tmp_path: Path) -> None:
    plain = {"TERM": "vt100", "LC_ALL": "C", "NO_COLOR": ""}
    with Terminal(tmp_path, top(made_line), env=plain) as terminal:
        assert terminal.sees("60 calls", "****").isascii()
        terminal.press("j", "m")
        assert terminal.sees("To which queue", "nurse_line").isascii()
        assert not COLOURS.search(terminal.drawn)


@pytest.mark.parametrize(("no_color", "coloured"), [("1", False), ("", True)])
def test_no_color_is_heeded(
    made_line: str, tmp_path: Path, *, no_color: str, coloured: bool
) -> None:
    with Terminal(tmp_path, top(made_line), env={**UTF8, "NO_COLOR": no_color}) as terminal:
        terminal.sees("60 calls", "●●●●")
        assert bool(COLOURS.search(terminal.drawn)) is coloured


def test_keys_that_a_viewer_may_not_press_are_shown_as_such(made_line: str, tmp_path: Path) -> None:
    with Terminal(tmp_path, top(made_line, "--as", "viewer"), env=UTF8) as terminal:
        terminal.sees("you are viewer", "(h hand off)", "(x hang up)")
        terminal.press("j", "x")
        terminal.sees("x: only as operator; you are viewer")


def test_once_prints_everything_and_ends(made_line: str) -> None:
    done = subprocess.run(top(made_line, "--once"), capture_output=True, text=True, check=True)
    assert "(north) connected" in done.stdout
    assert "front_desk" in done.stdout
    assert len(re.findall(r"^.. [0-9a-f]{6} ", done.stdout, re.MULTILINE)) >= 60
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_once_tells_of_a_line_that_is_not_there(tmp_path: Path) -> None:
    done = subprocess.run(top(str(tmp_path), "--once"), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "not reached" in done.stdout
    assert "start it with `ivr serve`" in " ".join(done.stdout.split())


def test_without_a_terminal_it_says_what_to_do() -> None:
    done = subprocess.run(
        [str(PROGRAM), "top"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "--once" in done.stderr
