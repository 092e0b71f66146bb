"""`ivr call` and `ivr agent` as a user runs them, against a small line in this process."""

import asyncio
import json
import os
import re
import signal
import socket
import sys
from array import array
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from ivr.audio import wav
from ivr.caller.performance import AGENT_SENTENCE
from ivr.cli.main import main
from tests.caller.small_line import TEXTS, SmallLine, small_line
from tests.support.need import ROOT

pytestmark = pytest.mark.line

NOBODY = "sip:nobody@127.0.0.1:1"
IVR = (sys.executable, "-c", "import sys; from ivr.cli.main import main; sys.exit(main())")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Settings whose flows hold what the small line says."""
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "small.yaml").write_text(json.dumps([*TEXTS, AGENT_SENTENCE]))
    (tmp_path / "settings.toml").write_text('[flows]\nfolder = "flows"\nprompts = "flows"\n')
    return tmp_path


@asynccontextmanager
async def ivr(*arguments: str) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        *IVR, *arguments, stdout=PIPE, stderr=PIPE, cwd=ROOT, start_new_session=True
    )
    try:
        yield process
    finally:
        # Its children hold our pipes too, and `wait` waits for those.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def arguments(folder: Path, uri: str, steps: str) -> list[str]:
    scenario = folder / "test.call"
    scenario.write_text(f"title: A test\n{steps}")
    return ["call", uri, str(scenario), "--settings", str(folder / "settings.toml")]


async def call(folder: Path, uri: str, steps: str, *options: str) -> tuple[int | None, str, str]:
    """Run `ivr call`: its exit status, what it printed, what it complained of."""
    async with ivr(*arguments(folder, uri, steps), *options) as process:
        printed, complained = await process.communicate()
    return process.returncode, printed.decode(), complained.decode()


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_call_that_comes_true_ends_with_0_and_shows_both_sides(folder: Path) -> None:
    tone = array("h", ([8000] * 8 + [-8000] * 8) * 1000).tobytes()
    (folder / "tone.wav").write_bytes(wav.encode(tone, rate_hz=16000))
    steps = (
        "steps:\n- hears: how can I help\n- says: {recording: tone.wav}\n"
        "- keys: '1'\n- hears: your refill is ready\nends: line\n"
    )

    async def run() -> tuple[int | None, str, str, SmallLine]:
        async with small_line() as line:
            return (*await call(folder, line.uri, steps), line)

    status, printed, complained, line = asyncio.run(run())
    assert status == 0, printed + complained
    assert re.search(r"^ +\d+\.\d  line: +how can i help", printed, re.MULTILINE)
    assert re.search(r"^ +\d+\.\d  caller: \[tone.wav\]$", printed, re.MULTILINE)
    assert "all came true (3 expectations)" in printed
    assert line.heard > 40  # the tone alone is a second


def test_what_did_not_come_true_ends_with_1_and_is_told(folder: Path) -> None:
    steps = "steps:\n- hears: {text: good morning everybody, within: 2}\n"

    async def run() -> tuple[int | None, str, str]:
        async with small_line() as line:
            return await call(folder, line.uri, steps, "--json")

    status, printed, _ = asyncio.run(run())
    verdict = json.loads(printed)
    assert status == 1
    assert not verdict["passed"]
    assert "line 3: expected 'hears: good morning everybody'" in verdict["failure"]
    assert "heard: how can i help" in verdict["failure"]


def test_an_agent_takes_the_call_and_speaks_with_the_caller(folder: Path) -> None:
    steps = "steps:\n- hears: how can I help\n- keys: '0'\n- hears: finding someone\nends: agent\n"
    port = free_port()

    async def run() -> tuple[int | None, str, str]:
        async with small_line() as line:
            line.agent = f"sip:agent@127.0.0.1:{port}"
            return await call(folder, line.uri, steps, "--agent", str(port))

    status, printed, complained = asyncio.run(run())
    assert status == 0, printed + complained
    assert "the agent accepts" in printed
    assert re.search(r"line: +.*front desk", printed)


def test_an_agent_of_its_own_tells_the_briefing_and_hears_the_caller(folder: Path) -> None:
    steps = (
        "steps:\n- keys: '0'\n- hears: front desk\n- says: hello operator\n- silence: 4\n"
        "ends: caller\n"
    )
    port = free_port()

    async def run() -> tuple[int | None, str, bytes, bytes]:
        settings = str(folder / "settings.toml")
        async with (
            small_line() as line,
            ivr("agent", "--port", str(port), "--settings", settings) as agent,
        ):
            assert agent.stdout is not None
            ready = await agent.stdout.readline()
            line.agent = f"sip:agent@127.0.0.1:{port}"
            status, printed, complained = await call(folder, line.uri, steps)
            agent.send_signal(signal.SIGINT)
            told, _ = await agent.communicate()
            assert agent.returncode == 0
            return status, printed + complained, ready, told

    status, printed, ready, told = asyncio.run(run())
    assert status == 0, printed
    assert b"the agent is at sip:agent@127.0.0.1" in ready
    assert re.search(rb"the agent hears: .*asked for a person", told)
    assert re.search(rb"accepts\n(.*\n)*.*the agent hears: ", told), told


@pytest.mark.parametrize(
    ("steps", "complaint"),
    [
        ("steps:\n- hear: x\n", "test.call:3:3: unknown-key: hear: is no step"),
        ("steps:\n- says: {recording: none.wav}\n", "test.call:3:1: bad-value: recording none.wav"),
        ("steps:\n- says: hello\nvoice: en-us+nobody\n", "unknown voice 'en-us+nobody'"),
    ],
)
def test_a_wrong_scenario_ends_with_2_before_anybody_is_rung(
    folder: Path, steps: str, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments(folder, NOBODY, steps)) == 2
    assert complaint in capsys.readouterr().err


def test_a_scenario_that_is_not_there_ends_with_2(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["call", NOBODY, str(folder / "none.call")]) == 2
    assert "none.call:1:1" in capsys.readouterr().err


def test_without_the_lines_texts_there_is_no_understanding_it(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "flows" / "small.yaml").unlink()
    assert main(arguments(folder, NOBODY, "steps:\n- hears: hello\n")) == 2
    assert "no prompts in" in capsys.readouterr().err


def test_an_agents_port_that_is_taken_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = str(taken.getsockname()[1])
        steps = "steps:\n- silence: 1\n"
        assert main([*arguments(folder, NOBODY, steps), "--agent", port]) == 2
    assert f"found {port}" in capsys.readouterr().err


def test_a_line_that_refuses_the_call_ends_with_1(folder: Path) -> None:
    async def run() -> tuple[int | None, str, str]:
        async with small_line() as line:
            line.busy = True
            return await call(folder, line.uri, "steps:\n- hears: hello\n")

    status, printed, _ = asyncio.run(run())
    assert status == 1
    assert "the line did not answer" in printed
    assert "486" in printed
