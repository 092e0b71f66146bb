import pytest

from ivr.dialog.confidence import Band, band

TYPES = ("menu", "choice", "yes_no", "digits", "phone", "zip", "date", "date_of_birth", "value")


@pytest.mark.parametrize("kind", TYPES)
def test_more_confidence_never_means_less(kind: str) -> None:
    order = [Band.REJECT, Band.CONFIRM, Band.ACCEPT]
    judged = [order.index(band(kind, step / 100)) for step in range(101)]
    assert judged == sorted(judged)
    assert {judged[0], judged[50], judged[-1]} == {0, 1, 2}


def test_a_number_asks_for_more_than_a_menu() -> None:
    assert band("menu", 0.7) is Band.ACCEPT
    assert band("digits", 0.7) is Band.CONFIRM


def test_an_unknown_kind_is_judged_like_digits() -> None:
    for step in range(101):
        assert band("shoe_size", step / 100) is band("digits", step / 100)


@pytest.mark.parametrize("kind", TYPES)
def test_two_recognisers_that_disagree_lead_to_a_question_back(kind: str) -> None:
    assert band(kind, 0.5) is Band.CONFIRM


def test_what_is_no_number_is_rejected() -> None:
    assert band("menu", float("nan")) is Band.REJECT
