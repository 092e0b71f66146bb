"""
`make bench-browser`: how long sound takes from a browser to the line, and there and back.

One way, a second aiortc speaks and the line counts what it has spoken since: the delay in the
browser's own frames. There and back, Debian's chromium sends a click, the line lets it hear
itself, and the page times the echo by its audio clock. No figure depends on the wall clock.
Packets are lost in process, after they were deciphered; the network is the loopback.
"""

import argparse
import asyncio
import contextlib
import random
import statistics
import tempfile
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from pathlib import Path

from playwright.async_api import Page

from bench.figures import keep, p95
from ivr.audio.pcm import FRAME, SAMPLE_RATE_HZ
from ivr.audio.playout import Playout
from ivr.ports import LegInfo
from ivr.webrtc.browser_leg import BrowserLeg
from tests.support.browser import browsing, ring_from
from tests.support.browser_peer import OPTIONS, Fate, called, lose_on_the_way_in, loud
from tests.support.rtpraw import ULAW_LOUD, ULAW_SILENCE

CLICK_EVERY = 25  # frames
SETTLE = 1.0  # seconds before the first click
LEAST = 0.8  # of the clicks sent have to be heard

PAGE = """<!doctype html><title>echo</title><audio id="ear" autoplay></audio><script>
const DETECTOR = `registerProcessor("detector", class extends AudioWorkletProcessor {
  quiet = 0; armed = true;
  process([[sound]]) {
    if (!sound) return true;
    const at = sound.findIndex(sample => Math.abs(sample) > 0.05);
    if (at >= 0 && this.armed) {
      this.armed = false;
      this.port.postMessage(currentTime + at / sampleRate);
    }
    this.quiet = at < 0 ? this.quiet + 1 : 0;
    if (this.quiet > 60) this.armed = true;
    return true;
  }
})`;
async function ring() {
  const context = window.context = new AudioContext();
  const microphone = context.createMediaStreamDestination();
  const tone = context.createOscillator(), gain = window.gain = context.createGain();
  gain.gain.value = 0;
  tone.frequency.value = 1000;
  tone.connect(gain).connect(microphone);
  tone.start();
  const pc = window.pc = new RTCPeerConnection();
  pc.addTrack(microphone.stream.getAudioTracks()[0], microphone.stream);
  const heard = new Promise(done => { pc.ontrack = event => done(event.streams[0]); });
  await pc.setLocalDescription();
  while (pc.iceGatheringState != "complete")
    await new Promise(done => pc.addEventListener("icegatheringstatechange", done, {once: true}));
  await pc.setRemoteDescription({type: "answer", sdp: await accept(pc.localDescription.sdp)});
  document.getElementById("ear").srcObject = await heard;
  await context.audioWorklet.addModule(
    URL.createObjectURL(new Blob([DETECTOR], {type: "text/javascript"})));
  const detector = window.detector = new AudioWorkletNode(context, "detector");
  const mute = context.createGain();
  mute.gain.value = 0;
  context.createMediaStreamSource(await heard).connect(detector).connect(mute);
  mute.connect(context.destination);
}
async function click() {  // seconds until its echo; 0: none came
  const echo = new Promise(done => { detector.port.onmessage = event => done(event.data); });
  const at = context.currentTime + 0.05;
  gain.gain.setValueAtTime(0.6, at);
  gain.gain.setValueAtTime(0, at + 0.1);
  const came = await Promise.race([echo, new Promise(done => setTimeout(done, 1600, at))]);
  await new Promise(done => setTimeout(done, 700));
  return came - at;
}
async function held() {  // seconds that sound waited in the browser's buffer, on average
  for (const report of (await pc.getStats()).values())
    if (report.type == "inbound-rtp")
      return report.jitterBufferDelay / report.jitterBufferEmittedCount;
}
</script>"""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured thing, in milliseconds."""

    what: str
    median: float
    p95: float
    runs: int
    stood_in: int
    """Frames of 20 ms for which a fading repetition or silence stood in."""
    held_by_line: float
    """Milliseconds of sound that waited in the line at the end."""
    held_by_browser: float
    """Milliseconds that sound waited in chromium's own buffer, on average."""


def main() -> None:
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20, help="clicks of each measurement")
    runs: int = parser.parse_args().runs
    fates: dict[str, Fate] = {
        "no loss": lambda _: False,
        "after one lost packet": lambda number: number == 0,
        "2 % lost": _two_in_a_hundred(random.Random(7)),
    }
    figures = [asyncio.run(_one_way(what, fate, runs)) for what, fate in fates.items()]
    with tempfile.TemporaryDirectory() as folder:
        for chromium in browsing(Path(folder)):
            for what, fate in fates.items():

                async def scene(page: Page, what: str = what, fate: Fate = fate) -> None:
                    figures.append(await _there_and_back(page, what, fate, runs))

                chromium.play(scene)
    _report(figures)


def _two_in_a_hundred(dice: random.Random) -> Fate:
    return lambda _: dice.random() < 0.02


async def _one_way(what: str, fate: Fate, runs: int) -> Figure:
    """Count what the browser has spoken by the time the line hears a click of it."""
    delays: list[float] = []
    async with called(OPTIONS, talks=False) as (leg, browser):
        spoken, clicked = 0, 0

        def hear(frame: bytes) -> None:
            nonlocal clicked
            if clicked and loud(frame):
                delays.append((spoken - clicked) * FRAME)
                clicked = 0

        lose_on_the_way_in(leg, fate)
        leg.listen(hear)
        loop = asyncio.get_running_loop()
        at, settled = loop.time(), round(SETTLE / FRAME)
        while len(delays) < runs:
            click = spoken > settled and spoken % CLICK_EVERY == 0
            browser.microphone.say(ULAW_LOUD if click else ULAW_SILENCE)
            spoken += 1
            clicked = spoken if click else clicked
            at += FRAME
            await asyncio.sleep(at - loop.time())
        return _figure(f"browser to line, {what}", delays, leg.media.playout)


async def _there_and_back(page: Page, what: str, fate: Fate, runs: int) -> Figure:
    async with _ringing(page) as leg:
        await leg.hear(leg)
        await asyncio.sleep(SETTLE)
        lose_on_the_way_in(leg, fate)
        await asyncio.sleep(SETTLE)
        delays = [float(await page.evaluate("click()")) for _ in range(runs)]
        heard = [delay for delay in delays if delay > 0]
        if len(heard) < LEAST * runs:
            raise RuntimeError(f"{what}: of {runs} clicks {len(heard)} came back")
        held = float(await page.evaluate("held()"))
        return _figure(f"chromium to line and back, {what}", heard, leg.media.playout, held=held)


@contextlib.asynccontextmanager
async def _ringing(page: Page) -> AsyncIterator[BrowserLeg]:
    leg = BrowserLeg(LegInfo(key="0badcafe"), OPTIONS)
    try:
        await ring_from(page, PAGE, leg.accept)
        await leg.answer()
        yield leg
    finally:
        await leg.hang_up()


def _figure(what: str, seconds: list[float], playout: Playout, *, held: float = 0.0) -> Figure:
    ordered = sorted(1000 * s for s in seconds)
    stood_in = playout.counts.concealed + playout.counts.dry
    line = 1000 * playout.delay / SAMPLE_RATE_HZ
    middle, most = statistics.median(ordered), p95(ordered)
    return Figure(what, middle, most, len(ordered), stood_in, line, 1000 * held)


def _report(figures: list[Figure]) -> None:
    held = f"{'held by line':>13} {'by browser':>11}"
    print(f"{'in milliseconds':<50} {'median':>7} {'p95':>7} {'runs':>5} {'stood in':>9} {held}")
    for f in figures:
        held = f"{f.held_by_line:13.1f} {f.held_by_browser:11.1f}"
        print(f"{f.what:<50} {f.median:7.1f} {f.p95:7.1f} {f.runs:5} {f.stood_in:9} {held}")
    keep("browser", [asdict(figure) for figure in figures])


if __name__ == "__main__":
    main()
