"""Performing scenarios as real calls, to a line of its own or to one that runs."""

import asyncio
import contextlib
import multiprocessing
import signal
import socket
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

from ivr import log
from ivr.app import RunningLine
from ivr.caller.performance import Verdict
from ivr.caller.phone import Order, place, render, texts_of
from ivr.caller.scenario import Ends, Scenario
from ivr.errors import IvrError, SettingsError
from ivr.settings import Agent, Console, Line, Settings
from ivr.workbench.results import Result
from ivr.workbench.suite import Failure

HERE = "127.0.0.1"
STARTS_WITHIN = 90.0  # seconds; the recogniser is loaded and every fixed prompt is rendered
ENDS_WITHIN = 20.0  # seconds


def perform_calls(
    suite: Iterable[Scenario], settings: Settings, *, uri: str | None
) -> Iterator[Result]:
    """
    Ring with every scenario of *suite*, one after the other.

    Args:
        suite: What is only possible without a telephone is left out, with the reason.
        settings: Of the line, for its flows, its voice and its ears.
        uri: A line that runs; None: one of its own is started for each flow they begin with.

    Raises:
        SettingsError: The line does not start.
        SpeechError: There is no synthesiser, or no recogniser for the caller.
    """
    by_flow = defaultdict[str, list[Scenario]](list)
    for scenario in suite:
        if why := _left_out(scenario, settings, uri=uri):
            yield Result(scenario, left_out=why)
        else:
            by_flow[scenario.flow].append(scenario)
    for flow, scenarios in by_flow.items():
        if uri is not None:
            yield from (_call(scenario, settings, uri, None) for scenario in scenarios)
            continue
        agent = _free_port()
        with _own_line(settings, flow=flow, agent=agent) as own:
            yield from (_call(scenario, settings, own, agent) for scenario in scenarios)


def _left_out(scenario: Scenario, settings: Settings, *, uri: str | None) -> str:
    if scenario.text_only:
        return f"{scenario.text_only} not on a telephone"
    if scenario.ends is Ends.AGENT and uri is not None:
        return "ends with a person: `ivr call --agent` plays one"
    if uri is not None and scenario.flow != settings.flows.start:
        return f"begins with {scenario.flow}, the line with {settings.flows.start}"
    return ""


def _call(scenario: Scenario, settings: Settings, uri: str, agent: int | None) -> Result:
    began = time.perf_counter()
    texts = texts_of(Path(settings.flows.folder), Path(settings.flows.prompts))

    async def ring() -> Verdict:
        sounds = await render(scenario)
        agent_port = agent if scenario.ends is Ends.AGENT else None
        return await place(Order(uri, scenario, sounds, texts, agent_port), lambda _: None)

    verdict = asyncio.run(ring())
    failure = None
    if not verdict.passed:
        failure = Failure(verdict.line, verdict.expected, verdict.instead)
    seconds = time.perf_counter() - began
    return Result(scenario, failure, tuple(verdict.transcript), seconds)


# ---------------------------------------------------------------- a line of its own


@contextlib.contextmanager
def _own_line(settings: Settings, *, flow: str, agent: int) -> Iterator[str]:
    """Run a line that begins with *flow*; its SIP address. A process may have one SIP endpoint."""
    with tempfile.TemporaryDirectory(prefix="ivr-test-") as folder:
        own = replace(
            settings,
            data=folder,
            line=Line(address=HERE, port=0),
            console=Console(port=0),
            flows=replace(
                settings.flows,
                start=flow,
                folder=str(Path(settings.flows.folder).resolve()),
                prompts=str(Path(settings.flows.prompts).resolve()),
            ),
            handoff=replace(
                settings.handoff, agents=(Agent("An agent", f"sip:agent@{HERE}:{agent}"),)
            ),
        )
        context = multiprocessing.get_context("spawn")
        ours, its = context.Pipe()
        process = context.Process(target=_serve, args=(own, its), name="line", daemon=True)
        process.start()
        its.close()
        try:
            yield f"sip:line@{HERE}:{_port_told(ours)}"
        finally:
            ours.close()  # its sign to end
            process.join(ENDS_WITHIN)
            if process.is_alive():
                process.kill()
                process.join()


def _port_told(line: Connection) -> int:
    found = "none within a minute and a half"
    with contextlib.suppress(EOFError):
        if line.poll(STARTS_WITHIN):
            found = line.recv()
    if isinstance(found, int):
        return found
    raise SettingsError("--sip", found=str(found), accepted="a line that starts")


def _serve(settings: Settings, starter: Connection) -> None:
    """Run the line in this process until *starter* is closed at the other end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the starter, who ends us
    log.setup("error")
    with contextlib.suppress(EOFError, OSError):
        asyncio.run(_run(settings, starter))


async def _run(settings: Settings, starter: Connection) -> None:
    line = RunningLine(settings)
    ended = asyncio.Event()
    try:
        await line.start()
        asyncio.get_running_loop().add_reader(starter.fileno(), ended.set)
        starter.send(line.port)
        await ended.wait()
    except IvrError as error:
        starter.send(str(error))
    finally:
        await line.stop()


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((HERE, 0))
        return int(probe.getsockname()[1])
