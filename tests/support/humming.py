"""Telephones whose owners hum, so that who hears whom shows by the tones that arrive."""

import asyncio
from dataclasses import dataclass
from typing import cast

from ivr.audio.g711 import decode_ulaw, encode_ulaw
from ivr.audio.pcm import FRAME
from ivr.desk import Commanded
from ivr.handoff.commands import AgentCommand
from ivr.ports import LegEvent
from sip.sip_leg import SipLeg
from tests.support.sipraw import Phone, sdp
from tests.support.sound import level_of_tone, tone

# Hertz. All are multiples of 50, so that each frame of 20 ms is whole waves and any two tones
# are told apart exactly.
TONES = {"caller": 400, "dana": 600, "kim": 850, "boss": 1150, "music": 250, "ringing": 1450}
AUDIBLE = -35.0  # dBFS; they hum at -20
RTP_HEADER = 12
SETTLED = 0.25  # seconds, longer than what `hears` looks at: it must last


@dataclass
class Person:
    """A telephone whose owner hums all the time."""

    name: str
    phone: Phone
    leg: SipLeg

    async def hum(self) -> None:
        payload = encode_ulaw(tone(TONES[self.name], FRAME, dbfs=-20))
        while True:
            self.phone.rtp.send_raw(self.phone.rtp.packet(payload))
            await asyncio.sleep(FRAME)

    @property
    def recent(self) -> bytes:
        """The last 0.2 s that arrived."""
        packets = self.phone.rtp.received[-10:]
        return b"".join(decode_ulaw(packet[RTP_HEADER:]) for packet in packets)

    def hears(self) -> set[str]:
        """Name whom the last 0.2 s carried."""
        pcm = self.recent
        return {name for name, hertz in TONES.items() if level_of_tone(pcm, hertz) > AUDIBLE}

    def command(self, command: AgentCommand) -> None:
        """Ask for something, as a leg with a screen could."""
        self.leg.take(cast("LegEvent", Commanded(command)))


def sdp_of(phone: Phone, *, direction: str = "sendrecv", version: int = 1) -> str:
    """One codec only: with more pjsua would ask again which one it is to be."""
    return sdp(phone.rtp.port, payloads="0 101", direction=direction, version=version)
