"""
Prompts that a person recorded in a studio, in front of the synthesiser.

`prompts/<language>/manifest.yaml` says which file holds which words:

    recordings:
      - text: Thank you for calling Cedar Street Clinic.
        file: welcome.wav
        hash: 5b9e3a0c11d2          # of the text as it was recorded

A recording that cannot be used is left out, and its words are synthesised.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from ivr.audio.resample import resample
from ivr.audio.studio import flaws, unfit
from ivr.audio.wav import Wav, decode
from ivr.errors import AudioError, FlowError, FlowErrors
from ivr.flow.fields import Notes, Table
from ivr.flow.rules import Rule
from ivr.flow.tree import Fields, Items, Node, parse_tree
from ivr.flow.tree import decode as decode_text
from ivr.ports import Speaker

MANIFEST = "manifest.yaml"
LONGEST_FILE = 40_000_000  # bytes; seven minutes at 48 kHz
MOST_RECORDINGS = 5000
GAP = bytes(1600)  # 0.1 s between two recordings that are said in one breath

LIFT = 10 ** (4 / 20)  # espeak-ng's prompts are at -19 LUFS, recordings at -23
LOUDEST = 32767.0

_FILE = re.compile(r"[\w-][\w .-]{0,99}\.wav\Z")

Sounds = Mapping[str, Mapping[str, bytes]]
"""Language to text (`plain`) to PCM (`ivr.audio.pcm`)."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One line of a manifest."""

    text: str
    file: str
    hash: str
    line: int


class PrewarmedSpeaker(Speaker, Protocol):
    """A speaker that can be told ahead what it will have to say."""

    async def prewarm(self, texts: Iterable[str], *, language: str = "en") -> None:
        """Render *texts*."""
        ...


class RecordedSpeaker:
    """
    A `Speaker` that plays recordings, and lets another speak what nobody recorded.

    A text is played when all of it was recorded, in one piece or in several: a voice that
    changes in the middle of a sentence is worse than a synthetic one. What holds a patient's
    data, and what shall be slower, is always synthesised.
    """

    def __init__(self, inner: PrewarmedSpeaker, sounds: Sounds) -> None:
        self._inner = inner
        self._sounds = sounds

    async def render(
        self, text: str, *, language: str = "en", cacheable: bool = True, slow: bool = False
    ) -> bytes:
        """Speak *text* (see `Speaker`)."""
        found = None if slow or not cacheable else self.recorded(text, language=language)
        if found is not None:
            return found
        return await self._inner.render(text, language=language, cacheable=cacheable, slow=slow)

    async def prewarm(self, texts: Iterable[str], *, language: str = "en") -> None:
        """
        Render ahead what was not recorded.

        Raises:
            SpeechError: As the inner speaker.
        """
        missing = [text for text in texts if self.recorded(text, language=language) is None]
        await self._inner.prewarm(missing, language=language)

    def recorded(self, text: str, *, language: str) -> bytes | None:
        """Join the recordings that *text* consists of; None when some of it was not recorded."""
        sounds = self._sounds.get(language, {})
        words = text.split()
        pieces = []
        start = 0
        while sounds and start < len(words):
            for end in range(len(words), start, -1):
                piece = sounds.get(" ".join(words[start:end]))
                if piece is not None:
                    pieces.append(piece)
                    start = end
                    break
            else:
                return None
        return GAP.join(pieces) or None


def plain(text: str) -> str:
    """Give *text* the form in which it is looked up: single spaces."""
    return " ".join(text.split())


def text_hash(text: str) -> str:
    """Name the wording of *text*: 12 hex digits of the SHA-256 of its plain form."""
    return hashlib.sha256(plain(text).encode()).hexdigest()[:12]


def load_sounds(folder: Path) -> tuple[Sounds, tuple[FlowError, ...]]:
    """
    Read every manifest under *folder*, one of a language each, and the recordings it names.

    Returns:
        What can be played, and all that is wrong. A recording that is merely too loud or too
        quiet is played all the same.
    """
    sounds: dict[str, Mapping[str, bytes]] = {}
    wrong: list[FlowError] = []
    for manifest in sorted(folder.glob(f"*/{MANIFEST}")):
        found: dict[str, bytes] = {}
        recordings, mistakes = read_manifest(manifest)
        wrong += mistakes
        for recording in recordings:
            pcm, problems = _examine(manifest, recording)
            wrong += problems
            if pcm is not None:
                found[plain(recording.text)] = pcm
        sounds[manifest.parent.name] = found
    return sounds, tuple(wrong)


def read_manifest(path: Path) -> tuple[tuple[Recording, ...], tuple[FlowError, ...]]:
    """Read one manifest: the entries that can be read, and what is wrong with the others."""
    notes = Notes(str(path))
    try:
        root, refused = parse_tree(decode_text(path.read_bytes(), file=str(path)), file=str(path))
    except FlowErrors as caught:
        return (), caught.errors
    except OSError as error:
        return (), (FlowError(str(path), 1, Rule.MISSING_KEY, f"cannot be read: {error.strerror}"),)
    notes.errors.extend(refused)
    entries: tuple[Node, ...] = ()
    if isinstance(root, Fields):
        table = Table(root, path=(), notes=notes)
        listed = table.take("recordings", required=True)
        if isinstance(listed, Items):
            entries = listed.items[:MOST_RECORDINGS]
        elif listed is not None:
            notes.wrong(listed, Rule.WRONG_SHAPE, "recordings: takes a list")
        table.done()
    elif root is not None:
        notes.wrong(root, Rule.WRONG_SHAPE, "a manifest begins with recordings:")
    return tuple(_entries(entries, notes)), tuple(notes.errors)


def _entries(items: Iterable[Node], notes: Notes) -> Iterator[Recording]:
    seen: set[str] = set()
    for item in items:
        if not isinstance(item, Fields):
            notes.wrong(item, Rule.WRONG_SHAPE, "a recording has text:, file: and hash:")
            continue
        before = len(notes.errors)
        table = Table(item, path=(), notes=notes)
        text = plain(table.text("text", required=True))
        file, digest = table.text("file", required=True), table.text("hash", required=True)
        table.done()
        if file and not _FILE.match(file):
            message = "file: is the name of a .wav file beside the manifest"
            notes.wrong(table.key("file"), Rule.BAD_VALUE, message)
        if text and text in seen:
            notes.wrong(table.key("text"), Rule.BAD_VALUE, "these words stand here already")
        seen.add(text)
        if len(notes.errors) == before:
            yield Recording(text, file, digest, item.line)


def _examine(manifest: Path, recording: Recording) -> tuple[bytes | None, list[FlowError]]:
    """Read one recording: its PCM when it can be played, and what is wrong with it."""

    def wrong(rule: str, message: str, hint: str = "") -> FlowError:
        return FlowError(str(manifest), recording.line, f"recording-{rule}", message, hint)

    current = text_hash(recording.text)
    if recording.hash != current:
        message = f"the words of {recording.file} were changed after they were recorded"
        hint = f"record it anew, then write hash: {current}"
        return None, [wrong("wording", message, hint)]
    try:
        wav = _read(manifest.parent / recording.file)
    except OSError as error:
        return None, [wrong("file", f"{recording.file} cannot be read: {error.strerror}")]
    except AudioError as error:
        return None, [wrong("file", f"{recording.file} is {error}", "export it as 16-bit PCM")]
    if problem := unfit(wav):
        return None, [wrong("file", f"{recording.file} {problem}")]
    problems = [wrong("sound", f"{recording.file} {flaw}") for flaw in flaws(wav)]
    return _lifted(resample(wav.pcm, from_hz=wav.rate_hz)), problems


def _lifted(pcm: bytes) -> bytes:
    """Make *pcm* as loud as the synthesised prompts around it, as far as its peaks allow."""
    samples = np.frombuffer(pcm, "<i2").astype(np.float64)
    peak = float(np.abs(samples).max(initial=1.0))
    return bytes((samples * min(LIFT, LOUDEST / peak)).astype("<i2").tobytes())


def _read(path: Path) -> Wav:
    """Read a WAV file; one that is too long is no prompt."""
    with path.open("rb") as file:
        content = file.read(LONGEST_FILE + 1)
    if len(content) > LONGEST_FILE:
        raise AudioError("longer than any prompt")
    return decode(content)
