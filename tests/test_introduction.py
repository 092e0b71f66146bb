from dataclasses import replace

import pytest

from ivr.clinic.operations import SPECS
from ivr.dialog.actions import Briefing, Deed, HandoffReason, Remark
from ivr.handoff.agents import Role
from ivr.handoff.card import Card, Said
from ivr.handoff.tickets import Priority, Ticket
from ivr.introduction import WHISPER, card_of, merged, spoken_for, whisper
from tests.dialog.conversation import phrases

ALEX = Briefing(
    "Alex Sample",
    "date of birth and phone",
    "Prescription refill",
    HandoffReason.ASKED,
    done=(Deed("identity.verify", "verified"), Deed("refills.status", "ready")),
    said=(Remark("operator", 0.9),),
    known=("date_of_birth", "rx_number"),
)
TICKET = Ticket("00000001", "pharmacy", asked_at=0.0)


def card(briefing: Briefing = ALEX, ticket: Ticket = TICKET) -> Card:
    return card_of(briefing, ticket, queue="the pharmacy", operations=SPECS, phrases=phrases())


def test_the_card_tells_what_was_done_in_words_and_what_not_to_ask_again() -> None:
    drawn = card()
    assert drawn.done == ("told that the refill is ready",)
    assert drawn.known == ("date of birth", "rx number")
    assert drawn.said == (Said("operator", 0.9),)
    assert (drawn.caller, drawn.why) == ("Alex Sample", "Asked for a person.")


def test_a_caller_who_has_not_proved_who_they_are_is_nobody_yet() -> None:
    assert card(replace(ALEX, verified="")).caller == ""


def test_a_clerk_learns_who_it_is_and_nothing_medical() -> None:
    seen = card().for_role(Role.CLERK)
    assert (seen.caller, seen.wanted, seen.done, seen.said) == ("Alex Sample", "", (), ())
    assert "refill" not in whisper(seen, phrases())


def test_the_whisper_is_one_breath_with_the_keys_at_its_end() -> None:
    assert whisper(card(), phrases()) == (
        "Alex Sample, verified. Prescription refill. Asked for a person. "
        "Press 1 to take it, 2 to pass."
    )


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("reason", HandoffReason)
def test_the_whisper_never_takes_longer_than_eight_seconds(
    reason: HandoffReason, language: str
) -> None:
    wordy = " ".join(["very"] * 30)
    for briefing in (
        ALEX,
        Briefing("", "", "", reason),
        replace(ALEX, reason=reason, wanted=wordy),
        replace(ALEX, reason=reason, detail=wordy),
    ):
        drawn = card_of(
            briefing,
            replace(TICKET, priority=Priority.URGENT),
            queue="the pharmacy",
            operations=SPECS,
            phrases=phrases(language),
        )
        told = whisper(drawn, phrases(language))
        assert spoken_for([told]) <= WHISPER
        assert told.endswith(phrases(language).briefing_accept)


def test_what_is_urgent_is_said_first() -> None:
    urgent = card(ticket=replace(TICKET, priority=Priority.URGENT))
    assert whisper(urgent, phrases()).startswith("Urgent.")


def test_a_name_with_braces_is_only_a_name() -> None:
    told = whisper(replace(card(), caller="{caller}"), phrases())
    assert told.startswith("{caller}, verified.")


def test_nothing_of_an_earlier_part_of_the_call_is_forgotten() -> None:
    later = Briefing("", "", "", HandoffReason.ASKED, said=(Remark("a", 1), Remark("b", 1)))
    both = merged(replace(ALEX, said=(Remark("x", 1), Remark("y", 1))), later)
    assert (both.caller, both.wanted, both.done) == (ALEX.caller, ALEX.wanted, ALEX.done)
    assert [remark.words for remark in both.said] == ["y", "a", "b"]
    assert both.known == ALEX.known
