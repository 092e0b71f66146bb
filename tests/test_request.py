import pytest

from ivr.dialog.actions import Briefing, HandOff, HandoffReason
from ivr.handoff.tickets import Priority
from ivr.request import KEEP_FLOW, NOBODY_FLOW, Request, own_number, requested


def asked(queue: str, *, urgent: bool = False, wanted: str = "", language: str = "en") -> HandOff:
    briefing = Briefing("", "", wanted, HandoffReason.ASKED, language=language)
    return HandOff(queue, briefing, urgent)


def first() -> Request:
    return requested(asked("pharmacy", wanted="Prescription refill"), call="00000001", now=100.0)


def test_asking_in_a_service_flow_is_asking_for_the_same_people_at_the_same_time() -> None:
    for flow in (NOBODY_FLOW, KEEP_FLOW):
        again = first().again(asked("front_desk"), in_flow=flow)
        assert again.ticket == first().ticket
        assert again.briefing.wanted == "Prescription refill"


def test_who_asks_elsewhere_goes_to_other_people_and_keeps_the_time() -> None:
    ticket = first().again(asked("billing"), in_flow="pay_by_key").ticket
    assert (ticket.queue, ticket.asked_at) == ("billing", 100.0)


def test_spanish_is_asked_for_from_everywhere() -> None:
    ticket = first().again(asked("spanish"), in_flow=KEEP_FLOW).ticket
    assert (ticket.queue, ticket.language) == ("spanish", "es")
    assert requested(asked("spanish"), call="00000001", now=0.0).ticket.language == "es"


def test_an_emergency_stays_one() -> None:
    urgent = first().again(asked("front_desk", urgent=True), in_flow=NOBODY_FLOW)
    assert urgent.ticket.priority is Priority.URGENT
    again = urgent.again(asked("front_desk"), in_flow=NOBODY_FLOW)
    assert again.ticket.priority is Priority.URGENT


@pytest.mark.parametrize(
    ("caller", "number"),
    [
        ("+12125550142", "2125550142"),
        ("12125550142", "2125550142"),
        ("2125550142", "2125550142"),
        ("5550101", ""),
        ("anonymous", ""),
        ("", ""),
        ("٢١٢٥٥٥٠١٤٢", ""),
        ("+442079460000", ""),
    ],
)
def test_the_number_a_caller_calls_from_is_known_when_it_is_one(caller: str, number: str) -> None:
    assert own_number(caller) == number
