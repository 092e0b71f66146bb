"""A small line on paper, for the tests of the workbench."""

from datetime import date

from ivr.caller.scenario import Scenario, read_scenario
from ivr.clinic.operations import SPECS
from ivr.flow.compiler import compile_book
from ivr.prompts import load_wording
from ivr.workbench.paper import PaperLine
from ivr.workbench.suite import Run, run_text
from tests.support.need import ROOT

MENU = """\
flow: main_menu
title: Main menu
queue: front_desk
start: welcome
slots:
  rx_number: {type: digits, length: 7, phi: none}
  vip: {type: yes_no}
  born: {type: date}
states:
  welcome: {say: Welcome to the clinic., next: menu}
  menu:
    prompt: Would you like a refill, or leave a message?
    help: For a refill, press 1. For a message, press 2.
    no_input: [I didn't hear you. Refill or message?]
    no_match: [I didn't get that. Refill or message?]
    choices:
      refill: {says: [refill, my refill], key: "1", next: ask_number}
      message: {says: [message], key: "2", next: note}
  ask_number:
    ask: rx_number
    prompt: What is the number?
    next: look_up
    on: {gave_up: person}
  look_up:
    do: messages.callback
    with: {number: "{rx_number}"}
    filler: One moment please.
    on:
      recorded: [{when: vip, to: first}, {to: told}]
      full: person
  told: {say: "Number {rx_number} is noted.", next: bye}
  first: {say: You come first., next: bye}
  note: {record: message, prompt: Speak after the tone., next: bye, on: {empty: menu}}
  person: {handoff: front_desk, say: I'll get someone.}
  bye: {end: Goodbye.}
"""
TODAY = date(2026, 11, 23)


def small_line(menu: str = MENU) -> PaperLine:
    book = compile_book({"main_menu.yaml": menu}, SPECS, start="main_menu")
    return PaperLine(book, load_wording(ROOT / "prompts"), today=TODAY)


def performed(text: str, line: PaperLine | None = None) -> Run:
    return run_text(scenario_of(text), line or small_line())


def scenario_of(text: str) -> Scenario:
    return read_scenario(f"title: t\n{text}", file="x.call")
