"""Flows and queues of one folder are read together, and change together."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.errors import FlowErrors
from ivr.loading import QUEUES_FILE, load_practice
from ivr.settings import Settings
from tests.flows.shipped import SETTINGS

EVENING = """\
flow: evening
title: Evening
queue: front_desk
start: closed
states:
  closed:
    end: %s
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A copy of the shipped flows, in which the front desk has a flow for the evening."""
    folder = tmp_path / "flows"
    shutil.copytree(SETTINGS.flows.folder, folder)
    queues = folder / QUEUES_FILE
    text = queues.read_text()
    title = "title: the front desk\n"
    assert title in text
    queues.write_text(text.replace(title, f"{title}    when_closed: evening\n"))
    (folder / "evening.yaml").write_text(EVENING % "We are closed.")
    return replace(SETTINGS, flows=replace(SETTINGS.flows, folder=str(folder)))


def test_a_queue_and_the_flow_it_names_are_read_together(settings: Settings) -> None:
    practice = load_practice(settings)
    assert practice.office.queue("front_desk").when_closed in practice.book.flows


def test_mistakes_of_flows_and_queues_are_told_together(settings: Settings) -> None:
    folder = Path(settings.flows.folder)
    (folder / "evening.yaml").write_text("flow: evening\n")
    (folder / QUEUES_FILE).write_text("queues: {front_desk: {titel: x}}\n")
    with pytest.raises(FlowErrors) as caught:
        load_practice(settings)
    assert {Path(error.file).name for error in caught.value.errors} >= {
        "evening.yaml",
        QUEUES_FILE,
    }


def test_a_queue_whose_flow_is_gone_is_a_mistake_of_the_queue(settings: Settings) -> None:
    (Path(settings.flows.folder) / "evening.yaml").unlink()
    with pytest.raises(FlowErrors) as caught:
        load_practice(settings)
    (error,) = caught.value.errors
    assert (Path(error.file).name, error.rule) == (QUEUES_FILE, "unknown-flow")
