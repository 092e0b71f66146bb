"""Where a browser's sound goes."""

import pytest

from ivr.webrtc.browser_leg import BrowserOptions
from ivr.webrtc.server import _reached_at
from tests.support.browser_peer import OPTIONS


@pytest.mark.parametrize(
    ("address", "offered"),
    [("192.0.2.10", ("192.0.2.10",)), ("127.0.0.1", ()), ("0.0.0.0", ()), ("localhost", ())],  # noqa: S104 - where pages may be
)
def test_sound_goes_to_the_address_of_the_page_where_there_is_one(
    address: str, offered: tuple[str, ...]
) -> None:
    assert _reached_at(address, BrowserOptions()).peer.addresses == offered
    assert _reached_at(address, OPTIONS) == OPTIONS  # which name their own
