"""A real browser as a leg: both directions by tone, and every way it leaves."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace

import numpy as np
import pytest
from playwright.async_api import Page

from ivr.audio.pcm import SAMPLE_RATE_HZ
from ivr.ports import Gone, LegInfo
from ivr.webrtc.browser_leg import BrowserLeg, BrowserOptions
from tests.support.browser import (
    MICROPHONE_HZ,
    PAGES,
    Chromium,
    browsing,
    freeze,
    ring_from,
    thaw,
)
from tests.support.browser_peer import OPTIONS
from tests.support.sound import level, samples, tone

PATIENCE = 20.0  # seconds; only a broken browser needs them
ENOUGH = SAMPLE_RATE_HZ // 160 // 2  # frames, half a second
OURS_HZ = 1000.0
PATIENT = replace(OPTIONS, lost_after=600.0)  # the watchdog keeps out of it
PAGE = """<!doctype html><title>caller</title><audio id="ear" autoplay></audio><script>
async function ring() {
  const microphone = await navigator.mediaDevices.getUserMedia(
    {audio: {echoCancellation: false, noiseSuppression: false, autoGainControl: false}});
  window.pc = new RTCPeerConnection();
  pc.addTrack(microphone.getAudioTracks()[0], microphone);
  pc.ontrack = event => { document.getElementById("ear").srcObject = event.streams[0]; };
  await pc.setLocalDescription();
  while (pc.iceGatheringState != "complete")
    await new Promise(done => pc.addEventListener("icegatheringstatechange", done, {once: true}));
  await pc.setRemoteDescription({type: "answer", sdp: await accept(pc.localDescription.sdp)});
}
async function loudest() {  // the pitch in hertz of what is heard, once there is any
  const context = new AudioContext();
  const ear = context.createAnalyser();
  ear.fftSize = 8192;
  ear.smoothingTimeConstant = 0;
  context.createMediaStreamSource(document.getElementById("ear").srcObject).connect(ear);
  const power = new Float32Array(ear.frequencyBinCount);
  for (;;) {
    await new Promise(done => setTimeout(done, 300));
    ear.getFloatFrequencyData(power);
    const top = power.indexOf(Math.max(...power));
    if (power[top] > -40) return top * context.sampleRate / ear.fftSize;
  }
}
</script>"""


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    yield from browsing(tmp_path_factory.mktemp("browser"))


@asynccontextmanager
async def _ringing(page: Page, options: BrowserOptions = OPTIONS) -> AsyncIterator[BrowserLeg]:
    leg = BrowserLeg(LegInfo(key="0badcafe"), options)
    try:
        async with asyncio.timeout(PATIENCE):
            await ring_from(page, PAGE, leg.accept)
            await leg.answer()
        yield leg
    finally:
        await leg.hang_up()


async def _end(leg: BrowserLeg) -> Gone:
    async with asyncio.timeout(PATIENCE):
        (end,) = [event async for event in leg.events()]
        assert isinstance(end, Gone)
        return end


async def _listen(leg: BrowserLeg) -> bytes:
    """Give half a second of sound, from the first loud frame on."""
    frames: list[bytes] = []
    enough = asyncio.Event()

    def sink(frame: bytes) -> None:
        if frames or level(frame) > -40:
            frames.append(frame)
        if len(frames) > ENOUGH:
            enough.set()

    leg.listen(sink)
    async with asyncio.timeout(PATIENCE):
        await enough.wait()
    leg.listen(None)
    return b"".join(frames[:ENOUGH])


def test_both_hear_each_other(chromium: Chromium) -> None:
    async def scene(page: Page) -> None:
        async with _ringing(page) as leg:
            leg.play(tone(OURS_HZ, 1.0), token=1, loop=True)
            heard = samples(await _listen(leg))
            spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard))))
            pitch = float(np.argmax(spectrum)) * SAMPLE_RATE_HZ / len(heard)
            assert pitch == pytest.approx(MICROPHONE_HZ, abs=5)
            assert await page.evaluate("loudest()") == pytest.approx(OURS_HZ, abs=10)

    chromium.play(scene)


def test_a_page_that_hangs_up_is_gone(chromium: Chromium) -> None:
    async def scene(page: Page) -> None:
        async with _ringing(page, PATIENT) as leg:
            await page.evaluate("pc.close()")
            assert await _end(leg) == Gone()

    chromium.play(scene)


def test_a_tab_that_is_closed_is_gone(chromium: Chromium) -> None:
    async def scene(page: Page) -> None:
        async with _ringing(page) as leg:
            await page.close()
            assert isinstance(await _end(leg), Gone)

    chromium.play(scene)


def test_a_browser_that_hangs_is_lost(chromium: Chromium) -> None:
    async def scene(page: Page) -> None:
        async with _ringing(page) as leg:
            frozen = freeze(PAGES)
            try:
                assert await _end(leg) == Gone(lost=True)
            finally:
                thaw(frozen)

    chromium.play(scene)
