"""Tables on a narrow terminal."""

import pytest
from rich.console import Console

from ivr.cli.tables import minutes, table

ROW = {
    "Call": "00c0ffee0142",
    "Queue": "front_desk",
    "Why": "the caller was not understood three times in a row",
    "Priority": "",
    "Now": "offered to somebody with a long name indeed",
    "About": "a prescription refill and an appointment",
}


def test_what_one_types_again_is_never_cut_and_empty_columns_are_left_out() -> None:
    console = Console(width=60)
    with console.capture() as shown:
        console.print(table([ROW, ROW], whole=("Call", "Queue")))
    assert shown.get().count("00c0ffee0142  front_desk") == 2
    assert "Priority" not in shown.get()
    assert "…" not in shown.get()


def test_what_somebody_typed_is_shown_as_it_is() -> None:
    console = Console(width=60)
    with console.capture() as shown:
        console.print(table([{"Why": "[/]lunch [red]"}]))
    assert "[/]lunch [red]" in shown.get()


@pytest.mark.parametrize(
    ("seconds", "clock"), [(4.6, "0:05"), (65, "1:05"), (3599.6, "1:00:00"), (7265, "2:01:05")]
)
def test_durations_are_read_as_on_a_clock(seconds: float, clock: str) -> None:
    assert minutes(seconds) == clock
