"""Who tries too many passwords has to wait; who knows theirs does not."""

from ivr.webrtc.lockout import MOST, TRIES_OF_A_NAME, TRIES_OF_AN_ADDRESS, WINDOW, Lockout


def test_a_name_is_locked_after_five_wrong_tries_where_they_were_made() -> None:
    lockout = Lockout()
    for n in range(TRIES_OF_A_NAME):
        assert lockout.begin("Dana", "192.0.2.1", now=n) == 0
    assert lockout.begin("dana", "192.0.2.1", now=10) == WINDOW - 10
    assert lockout.begin("Lee", "192.0.2.1", now=10) == 0


def test_nobody_locks_an_agent_out_elsewhere() -> None:
    lockout = Lockout()
    for n in range(10 * TRIES_OF_A_NAME):
        lockout.begin("Dana", f"192.0.2.{n}", now=0)
        lockout.begin("Dana", "192.0.2.99", now=0)
    assert lockout.begin("Dana", "192.0.2.100", now=0) == 0


def test_an_address_is_locked_after_twenty_wrong_tries_of_any_name() -> None:
    lockout = Lockout()
    for n in range(TRIES_OF_AN_ADDRESS):
        assert lockout.begin(f"name {n}", "192.0.2.1", now=0) == 0
    assert lockout.begin("Dana", "192.0.2.1", now=0) > 0
    assert lockout.begin("Dana", "192.0.2.2", now=0) == 0


def test_the_lock_opens_by_itself() -> None:
    lockout = Lockout()
    for _ in range(TRIES_OF_A_NAME):
        lockout.begin("Dana", "192.0.2.1", now=0)
    assert lockout.begin("Dana", "192.0.2.1", now=WINDOW) == 0


def test_a_good_try_clears_the_name_and_does_not_count_for_the_address() -> None:
    lockout = Lockout()
    for _ in range(10 * TRIES_OF_AN_ADDRESS):
        assert lockout.begin("Dana", "192.0.2.1", now=0) == 0
        lockout.succeeded("Dana", "192.0.2.1")


def test_tries_of_endless_names_do_not_fill_the_memory() -> None:
    lockout = Lockout()
    for n in range(2 * MOST):
        lockout.begin(f"name {n}", f"address {n}", now=0)
    assert len(lockout._tries) <= MOST
