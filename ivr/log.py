"""
Logs that hold facts about the line and nothing about a patient.

A record is a fixed sentence and fields beside it:

    _log = log.get(__name__)
    _log.warning("agent did not answer", extra={"leg": leg.info.key, "after": 20.0})

What is not known to be harmless is withheld, its key stays. Harmless are truth values,
numbers of up to six digits, members of enumerations, paths, and texts that look like a
name under one of the keys of `NAMED`, or like an opaque id under one of `IDENTIFIED`.
Of an exception only the type is kept, and the text when it is one of ours. Libraries
log what they please, so of their records only the template and the place are kept.

What is logged inside a call names the call and its turn, also by code that knows of neither:

    with log.of_call(call):      # around the call's task; its tasks and threads inherit it
        log.turn(3)              # from now on, in all of them
"""

import json
import logging
import re
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import TextIO

from ivr.errors import IvrError

WITHHELD = "[withheld]"

NAMED = frozenset(
    {
        "action", "address", "agent", "callback", "cell", "codec", "engine", "ending", "error",
        "event", "file", "flow", "function", "host", "kind", "language", "library", "method",
        "model", "module", "offer",
        "operation", "outcome", "place", "port", "process", "program", "queue", "reason",
        "recording", "refusal", "rule", "setting", "signal", "state", "status", "table",
        "thread", "trunk", "unit", "version", "voice",
    }
)  # fmt: skip
"""Keys whose texts come from settings, flows and code, never from a caller."""

IDENTIFIED = frozenset({"call", "leg", "id", "recording", "message", "token", "version"})
"""Keys whose texts are opaque ids that we drew ourselves."""

_NAME = re.compile(r"[A-Za-z_./](?:[\w.:/@+-]|, ?){0,119}|[\d.:a-f]{3,45}", re.ASCII)
_LONG_NUMBER = re.compile(r"\d{6}")
_ID = re.compile(r"[0-9a-f]{8}|[0-9a-f]{12}|[0-9a-f]{16}|[0-9a-f]{32}")  # as we draw them
_LARGEST = 999_999  # a telephone number, a prescription or a date written as a number is larger
_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}
_LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}


class _Here:
    """The call that this task belongs to, shared by all of the call's tasks."""

    def __init__(self, call: str) -> None:
        self.call = call
        self.turn = 0


_here: ContextVar[_Here | None] = ContextVar("the call this task belongs to", default=None)


@contextmanager
def of_call(call: str) -> Iterator[None]:
    """Name *call* in every record of this task and of those it starts, until the block ends."""
    token = _here.set(_Here(call))
    try:
        yield
    finally:
        _here.reset(token)


def turn(number: int) -> None:
    """Name turn *number* in every record of this call from now on; outside a call, do nothing."""
    here = _here.get()
    if here is not None:
        here.turn = number


def get(name: str) -> logging.Logger:
    """Return the logger of module *name*; its records are made harmless before any handler."""
    logger = logging.getLogger(name)
    if not any(isinstance(f, _Discretion) for f in logger.filters):
        logger.addFilter(_Discretion())
    return logger


def setup(level: str = "info", stream: TextIO | None = None, *, form: str = "auto") -> None:
    """
    Send every record to *stream* (stderr).

    May be called again; the last call counts. Uncaught exceptions are logged too, without
    their texts.

    Args:
        level: `debug`, `info`, `warning` or `error`.
        stream: Text stream; it stays the caller's to close.
        form: `text` for people, `json` for machines, `auto`: text on a terminal, else JSON.
    """
    target = sys.stderr if stream is None else stream
    for_people = target.isatty() if form == "auto" else form == "text"
    handler = _Handler(target)
    handler.setFormatter(_ForPeople() if for_people else _ForMachines())
    handler.addFilter(_Discretion())
    root = logging.getLogger()
    for old in [h for h in root.handlers if isinstance(h, _Handler)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(_LEVELS[level])
    for library in ("websockets", "asyncio", "aiortc", "aioice", "transitions", "alembic"):
        logging.getLogger(library).setLevel(max(_LEVELS[level], logging.WARNING))
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


def harmless(key: str, value: object) -> object:
    """Return what a log may hold of *value* under *key*: the value, or `WITHHELD`."""
    match value:
        case None | bool():
            return value
        case Enum():
            return value.value
        case int() | float():
            small = abs(value) <= _LARGEST or key.endswith("_bytes")  # False for NaN
            return value if small else WITHHELD
        case Path():
            return str(value)
        case BaseException():
            return _described(value)
        case str():
            return value if _may_stand(key, value) else WITHHELD
        case list() | tuple():
            return [harmless(key, item) for item in value]
        case _:
            return WITHHELD


def _where() -> dict[str, object]:
    here = _here.get()
    if here is None:
        return {}
    call = harmless("call", here.call)
    return {"call": call, "turn": here.turn} if here.turn else {"call": call}


def _may_stand(key: str, text: str) -> bool:
    if text == "":
        return True
    if key in IDENTIFIED and _ID.fullmatch(text):
        return True
    return key in NAMED and bool(_NAME.fullmatch(text)) and not _LONG_NUMBER.search(text)


def _described(error: BaseException) -> str:
    """Name the error and its causes; texts only of our own."""
    told: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(told) < 4:  # noqa: PLR2004 - deeper causes tell no more
        told.append(_one(cause))
        cause = cause.__cause__
    return " from ".join(told)


def _one(error: BaseException) -> str:
    kind = type(error).__name__
    if isinstance(error, BaseExceptionGroup):
        return f"{kind} of {', '.join(_one(e) for e in error.exceptions[:4])}"
    return f"{kind}: {error}" if isinstance(error, IvrError) else kind


def _places(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in frames[-6:]]


class _Fields(dict[str, object]):
    """Fields that were made harmless."""


class _Discretion(logging.Filter):
    """Makes a record harmless, whoever wrote it; never drops one."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(getattr(record, "fields", None), _Fields):
            return True
        raw = {k: v for k, v in record.__dict__.items() if k not in _STANDARD}
        ours = record.name.partition(".")[0] in ("ivr", "sip", "__main__")
        if ours:
            fields = _Fields((key, harmless(key, value)) for key, value in raw.items())
        else:
            fields = _Fields(library=record.name, place=f"{record.module}:{record.lineno}")
            record.msg = record.msg if record.args else "a library reported"
        for key, value in _where().items():
            fields.setdefault(key, value)
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            fields["error"] = _described(error)
            fields["trace"] = _places(error)
        for key in raw:
            delattr(record, key)
        record.__dict__.update({k: v for k, v in fields.items() if k in raw})
        record.fields = fields
        record.msg = str(record.msg)
        record.args = None
        record.exc_info = None
        record.exc_text = None
        record.stack_info = None
        return True


class _Handler(logging.StreamHandler[TextIO]):
    """Writes to a stream; a full disk or a closed pipe costs the record and nothing else."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - name of logging
        """Stay quiet: there is nowhere left to say it."""


class _ForMachines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        head = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "log": record.name,
            "what": record.msg,
        }
        return json.dumps({**_fields(record), **head}, ensure_ascii=False, default=str)


class _ForPeople(logging.Formatter):
    """Time, level, sentence, fields; one line."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).astimezone().strftime("%H:%M:%S")
        beside = "  ".join(f"{key}={value}" for key, value in _fields(record).items())
        return f"{at} {record.levelname.lower():<7} {record.msg}  {beside}".rstrip()


def _fields(record: logging.LogRecord) -> dict[str, object]:
    fields: dict[str, object] = getattr(record, "fields", None) or {}
    return fields


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    get("ivr").critical("uncaught error", exc_info=(kind, error, trace))


def _uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None:
        _uncaught(args.exc_type, args.exc_value, args.exc_traceback)
