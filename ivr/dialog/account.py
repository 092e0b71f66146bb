"""
What happened in a conversation, kept so that it can be told again, and of no patient.

An act is what the caller or the clinic did, as far as a flow can tell it from another: which choice
was said, that seven digits were keyed, that a date of birth was understood with this
confidence. Values are stand-ins (`ivr.dialog.stand_ins`); no word and no key of a caller is here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, assert_never

from ivr.dialog.events import Hypothesis
from ivr.flow.model import Value

MOST_ACTS = 500  # of one conversation; a patient one has sixty


class Doing(StrEnum):
    """What kind of thing was done."""

    SAID = "said"
    KEYED = "keyed"
    SILENT = "silent"  # longer than the line waits
    OPERATED = "operated"  # the clinic answered
    LEFT_MESSAGE = "left_message"
    HUNG_UP = "hung_up"
    NOT_HEARD = "not_heard"  # no recogniser could be had
    HEARD_HALF = "heard_half"  # the recogniser was replaced
    NOT_SPOKEN = "not_spoken"  # a prompt could not be rendered


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that was done."""

    doing: Doing
    place: str
    """Where, as `flow.state`."""
    step: int = 0
    """How many states had been visited."""
    over: bool = False
    """Whether the line was still speaking, or waiting for the clinic."""
    heard: tuple[Hypothesis, ...] = ()
    """Stand-ins for what was understood, best first."""
    keys: str = ""
    operation: str = ""
    outcome: str = ""
    """Of the operation; of a message `empty` when nothing was said."""
    values: Mapping[str, Value] = field(default_factory=dict)

    def __str__(self) -> str:
        """Tell it in a few words."""
        match self.doing:
            case Doing.SAID:
                words = self.heard[0].text if self.heard else ""
                return f'the caller said something like "{words}"' if words else "nobody understood"
            case Doing.KEYED:
                return f"the caller pressed keys such as {self.keys}"
            case Doing.OPERATED:
                return f"{self.operation} came out as {self.outcome}"
            case _:
                return _TOLD[self.doing]


_TOLD = {
    Doing.SILENT: "the caller was silent",
    Doing.LEFT_MESSAGE: "the message was over",
    Doing.HUNG_UP: "the caller hung up",
    Doing.NOT_HEARD: "no recogniser could be had",
    Doing.HEARD_HALF: "the recogniser was replaced",
    Doing.NOT_SPOKEN: "a prompt could not be spoken",
}


@dataclass(frozen=True, slots=True)
class Account:
    """One conversation."""

    flow: str
    """Where it began."""
    today: date
    known: Mapping[str, Value]
    """Stand-ins for what was known before the first word."""
    acts: tuple[Act, ...]
    path: tuple[str, ...]
    """Every state visited, as `flow.state`, in order."""
    ending: str
    """`queue NAME`, `hung up` (we), `` (the caller, or nobody yet)."""


# ---------------------------------------------------------------- as JSON


def written(account: Account) -> dict[str, Any]:
    """Give *account* as JSON has it."""
    return {
        "flow": account.flow,
        "today": account.today.isoformat(),
        "known": _values_written(account.known),
        "acts": [_act_written(act) for act in account.acts],
        "path": list(account.path),
        "ending": account.ending,
    }


def read(given: object) -> Account:
    """
    Read what `written` gave.

    Raises:
        ValueError: It is something else.
    """
    try:
        return _read(given)
    except (KeyError, TypeError, AttributeError, InvalidOperation) as error:
        raise ValueError("no account") from error


def _read(given: Any) -> Account:  # noqa: ANN401 - whatever was kept
    if len(given["acts"]) > MOST_ACTS:
        raise ValueError("no account")
    return Account(
        flow=str(given["flow"]),
        today=date.fromisoformat(given["today"]),
        known=_values_read(given["known"]),
        acts=tuple(_act_read(act) for act in given["acts"]),
        path=tuple(str(place) for place in given["path"]),
        ending=str(given["ending"]),
    )


def _act_written(act: Act) -> dict[str, Any]:
    full = {
        "doing": act.doing.value,
        "place": act.place,
        "step": act.step,
        "over": act.over,
        "heard": [[one.text, one.confidence] for one in act.heard],
        "keys": act.keys,
        "operation": act.operation,
        "outcome": act.outcome,
        "values": _values_written(act.values),
    }
    return {name: value for name, value in full.items() if value}


def _act_read(given: Any) -> Act:  # noqa: ANN401 - whatever was kept
    return Act(
        Doing(given["doing"]),
        str(given.get("place", "")),
        int(given.get("step", 0)),
        bool(given.get("over")),
        tuple(Hypothesis(str(text), float(sure)) for text, sure in given.get("heard", ())),
        str(given.get("keys", "")),
        str(given.get("operation", "")),
        str(given.get("outcome", "")),
        _values_read(given.get("values", {})),
    )


def _values_written(values: Mapping[str, Value]) -> dict[str, list[str]]:
    return {name: [_type_of(value), str(value)] for name, value in values.items()}


def _values_read(given: Mapping[str, list[str]]) -> dict[str, Value]:
    return {str(name): _TYPES[kind](str(text)) for name, (kind, text) in given.items()}


_TYPES: Mapping[str, Callable[[str], Value]] = {
    "bool": lambda text: text == str(True),
    "int": int,
    "Decimal": Decimal,
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "str": str,
}


def _type_of(value: Value) -> str:
    match value:
        case bool():
            return "bool"
        case int():
            return "int"
        case Decimal():
            return "Decimal"
        case datetime():
            return "datetime"
        case date():
            return "date"
        case time():
            return "time"
        case str():
            return "str"
        case unknown:
            assert_never(unknown)
