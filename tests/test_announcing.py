import pytest

from ivr.announcing import words_of
from ivr.handoff.actions import Announce, Announcement
from tests.dialog.conversation import phrases


def said(announce: Announce, language: str = "en") -> str:
    return words_of(announce, phrases(language), queue="the front desk")


def test_a_place_is_counted_with_the_caller_in_it() -> None:
    assert said(Announce(Announcement.PLACE, 1, (3, 6))) == (
        "You are number 2 in line. It usually takes 3 to 6 minutes."
    )
    assert said(Announce(Announcement.PLACE, 0)) == "You are next in line."


@pytest.mark.parametrize(
    ("wait", "words"),
    [
        ((0, 1), "about a minute"),
        ((0, 4), "up to 4 minutes"),
        ((5, 5), "about 5 minutes"),
        ((2, 5), "2 to 5 minutes"),
    ],
)
def test_a_range_is_said_as_people_say_it(wait: tuple[int, int], words: str) -> None:
    assert said(Announce(Announcement.PLACE, 0, wait)).endswith(f"takes {words}.")


def test_what_is_not_known_is_not_said() -> None:
    assert "minute" not in said(Announce(Announcement.PLACE, 3, None))


def test_the_keys_are_told_last() -> None:
    told = said(Announce(Announcement.STILL_LOOKING, keys=True))
    assert told.endswith(phrases().waiting_keys)


def test_who_is_coming_is_named_with_their_people() -> None:
    assert said(Announce(Announcement.COMING, person="Maria")) == (
        "Maria, from the front desk, is coming to the phone."
    )


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("what", Announcement)
def test_everything_can_be_said_in_each_language(what: Announcement, language: str) -> None:
    told = said(Announce(what, 2, (1, 3), person="Maria", keys=True), language)
    assert told
    assert "{" not in told
