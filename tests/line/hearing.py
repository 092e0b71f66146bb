"""What tests listen for on a line."""

import itertools
import time

from ivr.audio.pcm import FRAME
from tests.support.rtp_stream import RtpStream
from tests.support.sound import level, level_of_tone
from tests.support.waiting import PATIENCE, until

HEARD_DBFS = -25.0  # a tone at -15 that came through; what is not there is below -50
PURE_DB = 3.0  # a voice has this pitch too, but never alone
LOOK = round(0.2 / FRAME)  # packets


def hears(stream: RtpStream, hertz: float, *, within: float = PATIENCE) -> None:
    """Wait until the tone of *hertz* comes through."""

    until(
        lambda: hears_now(stream, hertz), within=within, every=0.02, what=f"a tone of {hertz:g} Hz"
    )


def hears_now(stream: RtpStream, hertz: float) -> bool:
    """Tell whether the last moment was the tone of *hertz*, and nothing else."""
    recent = b"".join(packet.pcm for packet in stream.packets[-LOOK:])
    heard = level_of_tone(recent, hertz)
    return heard > HEARD_DBFS and level(recent) - heard < PURE_DB


def longest_silence(stream: RtpStream, *, since: float, over: float = 0.0) -> float:
    """Listen *over* some seconds more; tell how long the longest silence was, in seconds."""
    end = time.monotonic() + over
    while time.monotonic() < end:
        time.sleep(0.1)
    loud = [p.at for p in tuple(stream.packets) if p.loud and p.at >= since]
    moments = [since, *loud, time.monotonic()]
    return max(later - earlier for earlier, later in itertools.pairwise(moments))
