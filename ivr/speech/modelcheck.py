"""
Is this folder a Vosk model that can be loaded?

libvosk aborts, hangs or crashes on some broken models, which no `except` catches: so files
are looked at first, and a trial runs in a child process with a time limit.
"""

import hashlib
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

MANIFEST = "MANIFEST.sha256"
TRIAL_WITHIN = 120.0  # seconds; a model of two gigabytes on a slow disk
NEEDED = ("am/final.mdl", "conf/model.conf", "conf/mfcc.conf")
OF_RUN_TIME_GRAPH = ("graph/HCLr.fst", "graph/Gr.fst", "graph/disambig_tid.int")
STATIC_GRAPH = "graph/HCLG.fst"
RATES_HZ = (8000, 16000)
_TRIAL = """
import sys
from pathlib import Path
from ivr.speech.engines import Question
from ivr.speech.vosk_ import VoskEngine
engine = VoskEngine(Path(sys.argv[1]))
question = Question(words=("yes", "no", "one", "two", "operator", "sí", "uno", "dos"))
decoding = engine.open(question)
decoding.feed(bytes(16000))
decoding.finish()
print("fine")
"""


@dataclass(frozen=True, slots=True)
class ModelCheck:
    """What a look at a model folder found."""

    folder: Path
    problems: tuple[str, ...]
    verified: bool
    """Whether a manifest vouches for the files."""

    @property
    def ok(self) -> bool:
        """Whether it can be used."""
        return not self.problems


def check_model(folder: Path, *, trial: bool = True) -> ModelCheck:
    """Check the files of *folder*, its manifest if it has one, and (*trial*) that it loads."""
    found = tuple(_files(folder))
    verified = not found and (folder / MANIFEST).is_file()
    if verified:
        found = tuple(_manifest(folder))
    if not found and trial:
        found = tuple(_trial(folder))
    return ModelCheck(folder, found, verified=verified and not found)


def sample_rate_hz(folder: Path) -> int:
    """Tell which sampling rate the model of *folder* wants; 16000 when it does not say."""
    written = (folder / "conf" / "mfcc.conf").read_text(encoding="utf-8", errors="replace")
    found = re.search(r"^--sample-frequency=(\d+)", written, re.MULTILINE)
    return int(found[1]) if found else 16000


def write_manifest(folder: Path) -> None:
    """Write down the checksums of the files of *folder*."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)
    lines = (f"{_digest(path)}  {path.relative_to(folder)}\n" for path in sorted(files))
    (folder / MANIFEST).write_text("".join(lines), encoding="utf-8")


def _files(folder: Path) -> list[str]:
    if not folder.is_dir():
        return ["the folder does not exist"]
    lacking = [f"{name} is missing" for name in NEEDED if not (folder / name).is_file()]
    if lacking:
        return lacking
    if not all((folder / name).is_file() for name in OF_RUN_TIME_GRAPH):
        if (folder / STATIC_GRAPH).is_file():
            return ["its graph is static: it cannot take a question's grammar"]
        return ["its graph is incomplete: " + ", ".join(OF_RUN_TIME_GRAPH)]
    configured = (folder / "conf" / "model.conf").read_text(encoding="utf-8", errors="replace")
    found = []
    if "--endpoint.silence-phones=" not in configured:
        found.append("conf/model.conf lacks --endpoint.silence-phones: it would abort the process")
    if "--max-active=" not in configured:
        found.append("conf/model.conf lacks --max-active: it would decode for ever")
    if sample_rate_hz(folder) not in RATES_HZ:
        found.append("its sampling rate is neither 8000 nor 16000 Hz")
    return found


def _manifest(folder: Path) -> list[str]:
    found = []
    for line in (folder / MANIFEST).read_text(encoding="utf-8", errors="replace").splitlines():
        digest, _, name = line.partition("  ")
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
            found.append(f"{MANIFEST} names a file that is not there")
        elif _digest(path) != digest:
            found.append(f"{name} differs from its checksum")
    return found


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _trial(folder: Path) -> list[str]:
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and text, no shell
            [sys.executable, "-c", _TRIAL, str(folder)],
            capture_output=True,
            text=True,
            timeout=TRIAL_WITHIN,
            check=False,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
    except subprocess.TimeoutExpired:
        return [f"loading and decoding took more than {TRIAL_WITHIN:.0f} s"]
    if done.returncode == 0 and done.stdout.strip() == "fine":
        return []
    return [f"loading or decoding failed (status {done.returncode})"]
