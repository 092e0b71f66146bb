"""A real line, rung over SIP: its metrics, its rows and its log tell of the same calls."""

import json
import re
import sqlite3
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import closing

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.line.conftest import AGENT_HZ, NewLine
from tests.line.hearing import hears
from tests.support.agent_phone import AgentPhone
from tests.support.console_agent import free_port
from tests.support.line_process import LineProcess
from tests.support.phone import Phone
from tests.support.rtp_stream import HERE
from tests.support.waiting import until

pytestmark = pytest.mark.line

Figures = dict[str, Counter[tuple[tuple[str, str], ...]]]
BORN = "03031982"
COMPARED = {
    ("ivr_calls_ended_total", "outcome"): "select outcome, count(*) from calls group by outcome",
    ("ivr_turns_total", "judged"): "select judged, count(*) from turns group by judged",
    ("ivr_steps_total", "happened"): "select happened, count(*) from steps group by happened",
    ("ivr_sip_messages_total", "method"): (
        "select method, count(*) from messages where again = 0 group by method"
    ),
    (
        "ivr_legs_ended_total",
        "leg",
    ): "select leg, count(*) from media where number = 0 group by leg",
}
"""Figure and label to the rows that tell the same."""


@pytest.fixture
def metrics_port() -> int:
    return free_port()


@pytest.fixture
def line(new_line: NewLine, agent: AgentPhone, metrics_port: int) -> Iterator[LineProcess]:
    with new_line({"metrics": {"port": metrics_port}}, agents=[agent.uri]) as line:
        yield line


def scraped(port: int) -> Figures:
    """Ask as Prometheus does; by name the values by their labels."""
    with urllib.request.urlopen(f"http://{HERE}:{port}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    found: Figures = {}
    for family in text_string_to_metric_families(text):
        for one in family.samples:
            labels = tuple(sorted(one.labels.items()))
            found.setdefault(one.name, Counter())[labels] = int(one.value)
    return found


def kept(line: LineProcess, query: str) -> Counter[str]:
    with closing(sqlite3.connect(line.data / "calls.db")) as connection:
        return Counter({str(name): n for name, n in connection.execute(query)})


def by(figures: Figures, name: str, label: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for labels, n in figures[name].items():
        found[dict(labels)[label]] += n
    return +found


def test_figures_of_real_calls_agree_with_their_rows(
    line: LineProcess, agent: AgentPhone, metrics_port: int
) -> None:
    for keys in ("2", "3", "0"):
        with Phone(line.port) as phone:
            phone.press(keys)
            if keys == "0":
                hears(phone, AGENT_HZ)
            else:
                line.await_call(state="verify_identity.ask_birth")
                phone.press_all(BORN)
                line.await_call(state="verify_identity.ask_phone")
            assert scraped(metrics_port)["ivr_calls"][()] == 1
    line.await_rows(3)
    until(lambda: not differing(line, metrics_port), what="metrics that agree with the rows")
    figures = scraped(metrics_port)
    assert figures["ivr_calls"][()] == 0
    assert figures["ivr_calls_started_total"].total() == 3
    assert figures["ivr_legs_limit"][()] >= 2
    assert by(figures, "ivr_calls_ended_total", "outcome") == {"abandoned": 2, "handed_off": 1}


def differing(line: LineProcess, port: int) -> list[str]:
    """Name the figures that differ from their rows now; a row is written soon, not at once."""
    figures = scraped(port)
    return [
        name
        for (name, label), query in COMPARED.items()
        if by(figures, name, label) != kept(line, query)
    ]


def test_the_log_of_a_call_names_its_turns_and_nothing_the_caller_keyed(
    line: LineProcess, metrics_port: int
) -> None:
    with Phone(line.port) as phone:
        phone.press("2")
        line.await_call(state="verify_identity.ask_birth")
        phone.press_all(BORN)
        line.await_call(state="verify_identity.ask_phone")
        phone.press("0")
        until(lambda: line.logged("caller goes to a person"), what="the handoff in the log")
    (went,) = line.logged("caller goes to a person")
    assert re.fullmatch(r"[0-9a-f]{12}", went["call"])
    assert went["turn"] > 2
    assert BORN not in json.dumps(line.log)
