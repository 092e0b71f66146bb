from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ivr.handoff.callbacks import (
    CallBack,
    CallBackAction,
    CallBackLimits,
    CallBackPhase,
    ConnectCaller,
    Forget,
    GiveToPerson,
    HangUpCaller,
    HungUp,
    NotReached,
    PickedUp,
    PressedKey,
    RingCaller,
    SayWhoCalls,
    TryAgain,
)

LIMITS = CallBackLimits()


def answered(*, tries: int = 0) -> CallBack:
    call = CallBack(LIMITS, tries=tries)
    assert call.start(now=0) == (RingCaller(),)
    assert call.handle(PickedUp(), now=5) == (SayWhoCalls(),)
    return call


def test_who_presses_1_is_connected() -> None:
    assert answered().handle(PressedKey("1"), now=9) == (ConnectCaller(),)


def test_a_voicemail_presses_nothing_and_is_never_connected() -> None:
    call = answered()
    assert call.handle_deadline(now=29.9) == ()
    assert call.handle_deadline(now=30) == (HangUpCaller(), TryAgain(630, tries=1))


def test_who_does_not_want_it_any_more_presses_2() -> None:
    assert answered().handle(PressedKey("2"), now=9) == (HangUpCaller(), Forget())


def test_after_the_third_try_a_person_must_ring() -> None:
    call = CallBack(LIMITS, tries=2)
    call.start(now=0)
    assert call.handle(NotReached(), now=3) == (GiveToPerson(),)


def test_a_slip_of_the_finger_changes_nothing() -> None:
    call = answered()
    assert call.handle(PressedKey("7"), now=9) == ()
    assert call.handle(PressedKey("1"), now=10) == (ConnectCaller(),)


class AnyCallBack(RuleBasedStateMachine):
    """Whatever happens it ends in a caller on the line, a later try, a person, or their no."""

    @initialize(tries=st.integers(0, 4))
    def due(self, tries: int) -> None:
        self.now = 0.0
        self.ends: list[CallBackAction] = []
        self.picked_up = self.pressed = False
        self.call = CallBack(LIMITS, tries=tries)
        self.take(self.call.start(now=self.now))

    def take(self, actions: tuple[CallBackAction, ...]) -> None:
        assert not (actions and self.ends), "nothing follows the end"
        for action in actions:
            if isinstance(action, SayWhoCalls):
                assert self.picked_up
            if isinstance(action, ConnectCaller | TryAgain | GiveToPerson | Forget):
                self.ends.append(action)
            if isinstance(action, ConnectCaller):
                assert self.pressed, "nobody is connected who did not press 1"

    @rule()
    def picks_up(self) -> None:
        self.picked_up = True
        self.take(self.call.handle(PickedUp(), now=self.now))

    @rule(event=st.sampled_from([NotReached(), HungUp()]))
    def is_lost(self, event: NotReached | HungUp) -> None:
        self.take(self.call.handle(event, now=self.now))

    @rule(key=st.sampled_from("0123*#"))
    def presses(self, key: str) -> None:
        asking = self.call.phase is CallBackPhase.ASKING
        self.pressed = self.pressed or (asking and key == "1")
        self.take(self.call.handle(PressedKey(key), now=self.now))

    @rule(wait=st.floats(0.1, 40))
    def time_passes(self, wait: float) -> None:
        self.now += wait
        self.take(self.call.handle_deadline(now=self.now))

    @invariant()
    def it_is_waiting_for_something_that_must_come_or_has_ended(self) -> None:
        assert self.call.ended == (len(self.ends) == 1)
        assert self.call.ended == (self.call.deadline is None)


TestAnyCallBack = AnyCallBack.TestCase
