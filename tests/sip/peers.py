"""Programs that ring the line: SIPp, baresip, and pjsua2 in a process of its own."""

import asyncio
import json
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ivr.audio.pcm import SAMPLE_RATE_HZ
from tests.support.need import ROOT, need_program
from tests.support.rtpraw import HERE, ULAW_LOUD

SCENARIOS = Path(__file__).parent / "scenarios"
SIPP_PATIENCE = 60  # seconds


@dataclass(frozen=True, slots=True)
class Sipp:
    """How a run of SIPp ended."""

    status: int
    output: str

    @property
    def successful(self) -> int:
        """Calls that went as the scenario says."""
        found = re.findall(r"Successful call\s*\|\s*\d+\s*\|\s*(\d+)", self.output)
        return int(found[-1]) if found else 0


async def sipp(
    scenario: str, port: int, folder: Path, *, calls: int = 1, transport: str = "u1"
) -> Sipp:
    """Ring the line at *port*, three calls at once; *folder* takes SIPp's files."""
    program = need_program("sipp", package="sip-tester")
    (folder / "loud.ul").write_bytes(ULAW_LOUD * 50)  # the scenarios name it
    process = await asyncio.create_subprocess_exec(
        str(program), f"{HERE}:{port}", "-sf", str(SCENARIOS / f"{scenario}.xml"),
        "-i", HERE, "-mi", HERE, "-m", str(calls), "-l", "3", "-r", "25",
        "-timeout", f"{SIPP_PATIENCE}s", "-timeout_error",
        "-nostdin", "-trace_err", "-error_file", str(folder / "errors.log"),
        "-t", transport,
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, "TERM": "dumb"},
    )  # fmt: skip
    output, _ = await process.communicate()
    return Sipp(process.returncode or 0, output.decode(errors="replace"))


def need_raw_sockets() -> None:
    """Skip where SIPp cannot replay packet captures."""
    if os.geteuid() != 0:
        pytest.skip("SIPp replays packet captures through raw sockets: run as root")


@dataclass
class OtherLine:
    """A line in another process."""

    port: int
    figures: dict[str, Any] = field(default_factory=dict)
    status: int | None = None


@asynccontextmanager
async def other_line(codec: str = "PCMU") -> AsyncIterator[OtherLine]:
    """Run `tests.sip.line_process`; its figures and exit status are there afterwards."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.sip.line_process",
        codec,
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    line = OtherLine(int(await process.stdout.readline()))
    try:
        yield line
    finally:
        process.stdin.close()
        output = await process.stdout.read()
        line.status = await process.wait()
        line.figures = json.loads(output) if output else {}


BARESIP_CONFIG = f"""
poll_method epoll
sip_listen {HERE}:0
audio_source aufile,{{folder}}/mouth.wav
audio_player aubridge,nil
audio_alert aubridge,nil
ausrc_srate {SAMPLE_RATE_HZ}
auplay_srate {SAMPLE_RATE_HZ}
ausrc_channels 1
auplay_channels 1
module_path {{modules}}
module g711.so
module aufile.so
module aubridge.so
module sndfile.so
module_tmp uuid.so
module_tmp account.so
module_app menu.so
snd_path {{folder}}
"""
BARESIP_MODULES = Path("/usr/lib/baresip/modules")


async def baresip(folder: Path, uri: str, *, seconds: int, mouth: bytes) -> None:
    """Ring *uri* with baresip, which says the WAV *mouth* and records `dump-…-dec.wav`."""
    program = need_program("baresip", package="baresip")
    (folder / "mouth.wav").write_bytes(mouth)
    config = BARESIP_CONFIG.format(folder=folder, modules=BARESIP_MODULES)
    (folder / "config").write_text(config, encoding="utf-8")
    account = f"<sip:5550102@{HERE}>;regint=0\n"
    (folder / "accounts").write_text(account, encoding="utf-8")
    (folder / "contacts").write_text("", encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        str(program), "-f", str(folder), "-e", f"/dial {uri}", "-t", str(seconds),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        stdin=asyncio.subprocess.DEVNULL,
        env={**os.environ, "HOME": str(folder)},
    )  # fmt: skip
    await process.communicate()
