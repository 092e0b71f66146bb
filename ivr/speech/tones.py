"""Sounds that are not speech, made here: no licence, no file to lose. All return PCM."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from ivr.audio.pcm import SAMPLE_RATE_HZ

Wave = NDArray[np.float64]

BEEP_HZ = 1000.0  # what answering machines taught everybody to wait for
BEEP_DBFS = -15.0
MUSIC_DBFS = -22.0  # behind speech (-18): a caller listens for a voice meanwhile
TICK_DBFS = -27.0
EDGE = 0.008  # seconds of fade; shorter clicks
BEAT = 0.6  # seconds
NOTE_RING = 2.4  # seconds a note is heard; the last ones ring into the loop's start

# Four bars, four beats each, as MIDI notes: C, Am, F, G with a melody that stays on the
# pentatonic scale, so that no moment at which the music is cut sounds wrong.
CHORDS = ((48, 55, 64), (45, 52, 60), (41, 53, 57), (43, 50, 59))
MELODY = (
    (76, 79, 84, 79),
    (76, 72, 69, 72),
    (72, 77, 81, 77),
    (74, 79, 74, 71),
    (72, 76, 79, 76),
    (69, 76, 72, 69),
    (77, 81, 77, 72),
    (74, 71, 74, 79),
)


@cache
def beep() -> bytes:
    """Return the tone after which a message is recorded, 0.5 s."""
    time = _time(0.5)
    return _pcm(_faded(np.sin(2 * np.pi * BEEP_HZ * time)), BEEP_DBFS)


@cache
def tick() -> bytes:
    """Return one soft "we are still working on it", 1 s long, to be looped."""
    tick = np.zeros(SAMPLE_RATE_HZ)
    note = _note(67, ring=0.3) + 0.6 * _note(72, ring=0.3)
    tick[: len(note)] = note
    return _pcm(tick, TICK_DBFS, over=len(note))


@cache
def ringing() -> bytes:
    """Return what is heard while a phone rings elsewhere, 6 s, to be looped (North America)."""
    time = _time(2.0)
    loop = np.zeros(6 * SAMPLE_RATE_HZ)
    ring = np.sin(2 * np.pi * 440 * time) + np.sin(2 * np.pi * 480 * time)
    loop[: len(ring)] = _faded(ring)
    return _pcm(loop, MUSIC_DBFS, over=len(ring))


@cache
def hold_music() -> bytes:
    """Return a gentle loop of about 19 s; its end runs into its start without a seam."""
    bars = len(MELODY)
    loop = np.zeros(round(bars * 4 * BEAT * SAMPLE_RATE_HZ))
    for bar, melody in enumerate(MELODY):
        for voice, pitch in enumerate(CHORDS[bar % len(CHORDS)]):
            _add(loop, 0.5 * _note(pitch), beat=bar * 4 + voice * 0.5)
        for beat, pitch in enumerate(melody):
            _add(loop, 0.7 * _note(pitch), beat=bar * 4 + beat)
    return _pcm(loop, MUSIC_DBFS)


def _add(loop: Wave, note: Wave, *, beat: float) -> None:
    """Add *note* at *beat*, what is past the end at the beginning."""
    start = round(beat * BEAT * SAMPLE_RATE_HZ)
    np.add.at(loop, np.arange(start, start + len(note)) % len(loop), note)


def _note(pitch: int, *, ring: float = NOTE_RING) -> Wave:
    """Strike a soft mallet: a sine, a little of its octave, dying away."""
    time = _time(ring)
    frequency = 440.0 * 2 ** ((pitch - 69) / 12)
    body = np.sin(2 * np.pi * frequency * time) + 0.15 * np.sin(4 * np.pi * frequency * time)
    return _faded(body * np.exp(-time * 3.0 / ring))


def _faded(wave: Wave) -> Wave:
    edge = round(EDGE * SAMPLE_RATE_HZ)
    ramp = 0.5 - 0.5 * np.cos(np.pi * np.arange(edge) / edge)
    wave[:edge] *= ramp
    wave[-edge:] *= ramp[::-1]
    return wave


def _time(seconds: float) -> Wave:
    return np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ


def _pcm(wave: Wave, dbfs: float, *, over: int | None = None) -> bytes:
    """Scale to *dbfs* (root mean square of the first *over* samples) and make it PCM."""
    heard = wave[:over]
    scaled = wave * (10 ** (dbfs / 20) / np.sqrt(np.mean(heard**2)))
    samples: NDArray[np.int16] = np.round(scaled * 32767).clip(-32768, 32767).astype("<i2")
    return samples.tobytes()
