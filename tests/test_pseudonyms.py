from pathlib import Path

import pytest

from ivr.errors import SettingsError
from ivr.pseudonyms import FILE, LENGTH, SECRET_BYTES, pseudonym, secret_in

SECRET = bytes(range(SECRET_BYTES))


@pytest.mark.parametrize("written", ["2125550142", "+12125550142", "+1 212-555-0142"])
def test_one_number_has_one_pseudonym_however_it_is_written(written: str) -> None:
    assert pseudonym(written, secret=SECRET) == pseudonym("+12125550142", secret=SECRET)


def test_nothing_of_the_number_is_in_its_pseudonym() -> None:
    name = pseudonym("+12125550142", secret=SECRET)
    assert len(name) == LENGTH
    assert int(name, 16) >= 0
    assert name != pseudonym("+12125550142", secret=bytes(SECRET_BYTES)), "by the secret alone"
    assert name != pseudonym("+12125550143", secret=SECRET)


def test_sip_users_have_one_too_and_are_told_from_numbers() -> None:
    alex = pseudonym("alex", secret=SECRET)
    assert alex == pseudonym("Alex", secret=SECRET)
    assert alex != pseudonym("alex142", secret=SECRET)
    assert pseudonym("alex142", secret=SECRET) != pseudonym("142", secret=SECRET)


def test_whatever_a_network_sends_has_a_pseudonym() -> None:
    assert len(pseudonym("\udc80 \0 Ω", secret=SECRET)) == LENGTH


@pytest.mark.parametrize("withheld", ["", "anonymous", "Anonymous", " unavailable "])
def test_who_withholds_their_number_has_none(withheld: str) -> None:
    assert pseudonym(withheld, secret=SECRET) == ""


def test_the_secret_is_drawn_once_and_the_owners_alone(tmp_path: Path) -> None:
    secret = secret_in(tmp_path)
    assert len(secret) == SECRET_BYTES
    assert secret_in(tmp_path) == secret
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    other = tmp_path / "other"
    other.mkdir()
    assert secret_in(other) != secret


def test_a_damaged_secret_is_said_and_not_replaced(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"short")
    with pytest.raises(SettingsError, match="5 bytes"):
        secret_in(tmp_path)
    with pytest.raises(SettingsError):
        secret_in(tmp_path / "nowhere")
