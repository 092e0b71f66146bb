"""What reaches a log, and what never does."""

import ast
import asyncio
import io
import json
import logging
import sys
import threading
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr import log
from ivr.errors import ClinicError, SpeechError
from tests.house.source import under

PRIVATE = ["Alex Sample", "2125550142", "212 555 0142", "march third", "4821507", "my chest hurts"]


class Colour(StrEnum):
    RED = "red"


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level, hooks = root.handlers[:], root.level, (sys.excepthook, threading.excepthook)
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    sys.excepthook, threading.excepthook = hooks


def written(stream: io.StringIO) -> dict[str, object]:
    (line,) = stream.getvalue().splitlines()
    record: dict[str, object] = json.loads(line)
    return record


def test_a_fact_and_its_fields_are_one_json_line() -> None:
    stream = io.StringIO()
    log.setup("info", stream)
    log.get("ivr.bridge").warning("agent did not answer", extra={"leg": "7f3a90bc", "after": 2.5})
    record = written(stream)
    assert record.pop("at")
    assert record == {
        "level": "warning",
        "log": "ivr.bridge",
        "what": "agent did not answer",
        "leg": "7f3a90bc",
        "after": 2.5,
    }


def test_a_terminal_gets_a_line_for_people() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Terminal()
    log.setup("info", stream)
    log.get("ivr.sip").info("trunk registered", extra={"trunk": "acme", "status": 200})
    assert stream.getvalue().endswith("info    trunk registered  trunk=acme  status=200\n")


@pytest.mark.parametrize("key", ["text", "caller", "answer", "number", "leg", "queue", "state"])
@pytest.mark.parametrize("value", PRIVATE)
def test_what_a_patient_is_or_says_is_withheld(key: str, value: str) -> None:
    stream = io.StringIO()
    log.setup("info", stream)
    log.get("ivr.dialog").info("answer taken", extra={key: value})
    assert written(stream)[key] == log.WITHHELD
    assert value not in stream.getvalue()


@pytest.mark.parametrize(
    "value", [2125550142, 2125550142.0, date(1982, 3, 3), Decimal("25.00"), b"alex", {"a": "b"}]
)
def test_values_of_slots_are_withheld_whatever_the_key(value: object) -> None:
    assert log.harmless("state", value) == log.WITHHELD


@pytest.mark.parametrize(
    ("key", "value", "shown"),
    [
        ("turn", 3, 3),
        ("held", True, True),
        ("colour", Colour.RED, "red"),
        ("state", "ask_number", "ask_number"),
        ("operation", "refills.status", "refills.status"),
        ("address", "127.0.0.1:5060", "127.0.0.1:5060"),
        ("kind", "ValueError, KeyError", "ValueError, KeyError"),
        ("path", Path("/srv/line/calls.db"), "/srv/line/calls.db"),
        ("call", "00c0ffee", "00c0ffee"),
        ("written_bytes", 52_000_000, 52_000_000),
        ("states", ["a"], [log.WITHHELD]),
        ("reason", "", ""),
    ],
)
def test_facts_of_the_line_are_kept(key: str, value: object, shown: object) -> None:
    assert log.harmless(key, value) == shown


@given(st.text(min_size=1))
def test_no_text_passes_under_a_key_nobody_vouched_for(text: str) -> None:
    assert log.harmless("utterance", text) == log.WITHHELD


@given(
    st.from_regex(r"[a-z]{2,9} [a-z ]{2,20}", fullmatch=True), st.sampled_from(sorted(log.NAMED))
)
def test_no_sentence_passes_under_any_key(text: str, key: str) -> None:
    assert log.harmless(key, text) == log.WITHHELD


@given(st.integers(10**6, 10**12), st.sampled_from(sorted(log.NAMED - log.IDENTIFIED)))
def test_no_long_number_passes_as_a_name(number: int, key: str) -> None:
    assert log.harmless(key, f"n{number}") == log.WITHHELD


def test_an_exception_is_its_type_and_its_place_without_its_text() -> None:
    stream = io.StringIO()
    log.setup("info", stream)
    try:
        int("Alex Sample")
    except ValueError:
        log.get("ivr.dialog").exception("dialog broke")
    record = written(stream)
    assert record["error"] == "ValueError"
    assert "test_log.py" in str(record["trace"])
    assert "Alex" not in stream.getvalue()


def test_our_own_errors_keep_their_text_and_name_their_cause() -> None:
    error = ClinicError("clinic database clinic.db is locked")
    error.__cause__ = ValueError("Alex Sample")
    shown = log.harmless("error", error)
    assert shown == "ClinicError: clinic database clinic.db is locked from ValueError"


def test_a_group_of_errors_names_its_members() -> None:
    group = ExceptionGroup("Alex", [ValueError("Sample"), SpeechError("x", "died", retryable=True)])
    assert (
        log.harmless("error", group)
        == "ExceptionGroup of ValueError, SpeechError: speech engine x: died"
    )


def test_of_a_library_only_template_and_place_are_kept() -> None:
    stream = io.StringIO()
    log.setup("info", stream)
    logging.getLogger("somelib").warning("< TEXT %s", "Alex Sample")
    logging.getLogger("somelib").warning("< TEXT Alex Sample", extra={"state": "Alex"})
    first, second = map(json.loads, stream.getvalue().splitlines())
    assert (first["what"], second["what"]) == ("< TEXT %s", "a library reported")
    assert first["library"] == "somelib"
    assert "Alex" not in stream.getvalue()


def test_arguments_of_a_sentence_are_never_filled_in() -> None:
    stream = io.StringIO()
    log.setup("info", stream)
    log.get("ivr.dialog").info("heard %s", "Alex Sample")
    assert written(stream)["what"] == "heard %s"


def test_a_handler_that_somebody_else_added_sees_nothing_more(
    caplog: pytest.LogCaptureFixture,
) -> None:
    log.get("ivr.dialog").error("dialog broke", extra={"caller": "Alex Sample"})
    (record,) = caplog.records
    assert record.__dict__["caller"] == log.WITHHELD


def test_uncaught_errors_are_logged_without_their_texts() -> None:
    stream = io.StringIO()
    log.setup("info", stream)

    def break_down() -> None:
        raise ValueError(PRIVATE[0])

    thread = threading.Thread(target=break_down)
    thread.start()
    thread.join()
    assert written(stream)["what"] == "uncaught error"
    assert written(stream)["error"] == "ValueError"


def test_a_logger_of_the_standard_library_is_held_to_the_same() -> None:
    stream = io.StringIO()
    log.setup("info", stream)
    logging.getLogger("sip").info("a request was refused", extra={"status": 403, "from": "Alex"})
    assert written(stream)["status"] == 403
    assert written(stream)["from"] == log.WITHHELD


def test_setting_up_twice_writes_once() -> None:
    first, second = io.StringIO(), io.StringIO()
    log.setup("info", first)
    log.setup("warning", second)
    log.get("ivr.app").info("line started")
    log.get("ivr.app").error("line stopped")
    assert first.getvalue() == ""
    assert written(second)["what"] == "line stopped"


def test_a_full_disk_costs_the_record_and_nothing_else() -> None:
    stream = Path("/dev/full").open("w", buffering=1, encoding="utf-8")  # noqa: SIM115 - see below
    log.setup("info", stream)
    log.get("ivr.app").error("line stopped")
    logging.getLogger().handlers = []
    with pytest.raises(OSError, match="No space left"):
        stream.close()  # proves that the disk was full when the record was written


def test_what_is_logged_in_a_call_names_the_call_and_its_turn() -> None:
    stream = io.StringIO()
    log.setup("info", stream)
    say = log.get("ivr.voice").info

    async def child() -> None:
        say("said by a task of the call")
        await asyncio.to_thread(say, "said by a thread of the call")

    async def call(name: str, *, until: int) -> None:
        with log.of_call(name):
            say("said before the first turn")
            started_before = asyncio.create_task(child())
            for number in range(1, until + 1):
                log.turn(number)
            await started_before
        say("said after the call")

    async def both() -> None:
        await asyncio.gather(call("00c0ffee", until=3), call("0badcafe", until=1))

    asyncio.run(both())
    told = [json.loads(line) for line in stream.getvalue().splitlines()]
    places = {(r["what"], r.get("call"), r.get("turn")) for r in told}
    assert len(told) == 8
    assert places == {
        ("said before the first turn", "00c0ffee", None),
        ("said before the first turn", "0badcafe", None),
        ("said by a task of the call", "00c0ffee", 3),
        ("said by a task of the call", "0badcafe", 1),
        ("said by a thread of the call", "00c0ffee", 3),
        ("said by a thread of the call", "0badcafe", 1),
        ("said after the call", None, None),
    }


def test_a_library_and_an_error_in_a_call_name_it_too() -> None:
    stream = io.StringIO()
    log.setup("info", stream)
    with log.of_call("00c0ffee"):
        log.turn(2)
        logging.getLogger("somelib").warning("< TEXT %s", "Alex Sample")
        try:
            int("Alex Sample")
        except ValueError:
            log.get("ivr.dialog").exception("dialog broke")
    for record in map(json.loads, stream.getvalue().splitlines()):
        assert (record["call"], record["turn"]) == ("00c0ffee", 2)
    assert "Alex" not in stream.getvalue()


def test_a_record_may_name_another_call_than_the_one_it_is_written_in() -> None:
    stream = io.StringIO()
    log.setup("info", stream)
    with log.of_call("00c0ffee"):
        log.get("ivr.queue").info("another caller was offered", extra={"call": "0badcafe"})
    assert written(stream)["call"] == "0badcafe"


@given(st.text())
def test_a_call_is_named_by_an_opaque_id_or_not_at_all(name: str) -> None:
    stream = io.StringIO()
    log.setup("info", stream)
    with log.of_call(name):
        log.get("ivr.app").info("call taken")
    shown = written(stream)["call"]
    assert shown == name if not name or log._ID.fullmatch(name) else shown == log.WITHHELD


def test_outside_a_call_a_turn_is_nobodys() -> None:
    stream = io.StringIO()
    log.setup("info", stream)
    log.turn(4)
    log.get("ivr.app").info("line started")
    assert "turn" not in written(stream)


@pytest.mark.parametrize(("form", "is_json"), [("json", True), ("text", False), ("auto", True)])
def test_the_form_can_be_chosen(form: str, *, is_json: bool) -> None:
    stream = io.StringIO()
    log.setup("info", stream, form=form)
    log.get("ivr.app").info("line started")
    assert stream.getvalue().startswith("{") == is_json


def test_every_sentence_in_the_code_is_a_literal() -> None:
    methods = {"debug", "info", "warning", "error", "exception", "critical"}
    loose = []
    for module in under("ivr", "sip"):
        for node in ast.walk(module.tree):
            match node:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name("_log" | "log"), attr=attr), args=args
                ):
                    fixed = [isinstance(a, ast.Constant) and isinstance(a.value, str) for a in args]
                    if attr in methods and fixed != [True]:
                        loose.append(f"{module}:{node.lineno}")
                case _:
                    pass
    assert loose == []
