"""Legs of different kinds hear each other frame by frame."""

from ivr.audio.mixing import Mixer
from ivr.audio.pcm import FRAME_SAMPLES
from ivr.relay import Relay
from tests.support.fakes import FakeAudioLeg

FRAME = b"\x01\x00" * FRAME_SAMPLES


def test_who_is_heard_twice_is_heard_once_and_then_no_more() -> None:
    other = FakeAudioLeg()
    mixer = Mixer()
    relay = Relay(mixer)
    relay.hear(other)
    relay.hear(other)
    assert len(other.sinks) == 1
    other.sinks[0](FRAME)
    assert mixer.add_to(None) == FRAME
    other.sinks[0](FRAME)
    relay.unhear(other)
    relay.unhear(other)
    assert (other.sinks, mixer.add_to(None)) == ([], None)


def test_at_the_end_nobody_is_heard() -> None:
    others = [FakeAudioLeg("00000001"), FakeAudioLeg("00000002")]
    relay = Relay(Mixer())
    for other in others:
        relay.hear(other)
    relay.close()
    assert [other.sinks for other in others] == [[], []]
