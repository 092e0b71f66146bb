"""Whether a line and a page hear each other, by tone."""

import asyncio

import numpy as np
from playwright.async_api import Page

from ivr.audio.pcm import SAMPLE_RATE_HZ
from ivr.ports import AudioLeg
from tests.support.sound import level, samples

OURS_HZ = 1000.0
PATIENCE = 20.0  # seconds; only a broken page needs them
ENOUGH = 25  # frames, half a second
LOUD = -40.0  # dBFS
CLOSE = 8.0  # hertz

# A browser takes a lasting tone for noise and removes it.
RAW_MICROPHONE = """
const ask = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
if (ask) navigator.mediaDevices.getUserMedia = () => ask(
  {audio: {echoCancellation: false, noiseSuppression: false, autoGainControl: false}});
"""
_LOUDEST = """async () => {
  const context = new AudioContext();
  const ear = context.createAnalyser();
  ear.fftSize = 8192;
  ear.smoothingTimeConstant = 0;
  const power = new Float32Array(ear.frequencyBinCount);
  const sound = document.getElementById("ear");
  while (!sound.srcObject) await new Promise(done => setTimeout(done, 50));
  context.createMediaStreamSource(sound.srcObject).connect(ear);
  try {
    for (;;) {
      await new Promise(done => setTimeout(done, 200));
      ear.getFloatFrequencyData(power);
      const top = power.indexOf(Math.max(...power));
      if (power[top] > -40) return top * context.sampleRate / ear.fftSize;
    }
  } finally {
    await context.close();
  }
}"""


async def page_hears(page: Page) -> float:
    """Tell the pitch in hertz of what the page plays, once it plays something."""
    async with asyncio.timeout(PATIENCE):
        return float(await page.evaluate(_LOUDEST))


async def page_hears_tone(page: Page, hertz: float) -> None:
    """Wait until the page plays *hertz* louder than all else; `TimeoutError` if it never does."""
    async with asyncio.timeout(PATIENCE):
        while abs(await page_hears(page) - hertz) > CLOSE:
            pass


async def hears_tone(leg: AudioLeg, hertz: float) -> None:
    """Wait until *leg* hears half a second of *hertz*; `TimeoutError` if it never does."""
    frames: list[bytes] = []
    heard = asyncio.Event()

    def sink(frame: bytes, /) -> None:
        frames.append(frame)
        del frames[:-ENOUGH]
        if len(frames) == ENOUGH and level(frames[0]) > LOUD and _is_tone(frames, hertz):
            heard.set()

    unsubscribe = leg.subscribe(sink)
    try:
        async with asyncio.timeout(PATIENCE):
            await heard.wait()
    finally:
        unsubscribe()


def _is_tone(frames: list[bytes], hertz: float) -> bool:
    heard = samples(b"".join(frames))
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard))))
    pitch = float(np.argmax(spectrum)) * SAMPLE_RATE_HZ / len(heard)
    return abs(pitch - hertz) < CLOSE
