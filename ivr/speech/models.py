"""The models of this line: which there are, whether they are sound, how to get one."""

import hashlib
import tempfile
import urllib.request
import zipfile
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import BinaryIO, Final

from ivr.errors import SpeechError
from ivr.settings import Speech
from ivr.speech.client import engine_for
from ivr.speech.modelcheck import ModelCheck, check_model, write_manifest
from ivr.speech.shipped import TINY

SOURCE = "https://alphacephei.com/vosk/models"
CHUNK = 1 << 20
ANSWERS_WITHIN = 30.0  # seconds of silence from the server
MAX_UNPACKED = 20  # times the archive; more is a bomb


@dataclass(frozen=True, slots=True)
class PublicModel:
    """A model of the Vosk project that fits a telephone line."""

    name: str
    size: int
    """Bytes of the archive."""
    sha256: str
    about: str


PUBLIC: Final[Mapping[str, PublicModel]] = {
    model.name: model
    for model in (
        PublicModel(
            "vosk-model-small-en-us-0.15",
            41_205_931,
            "30f26242c4eb449f948e42cb302dd7a686cb29a3423a8367f99ff41780942498",
            "US English, small; Apache-2.0",
        ),
        PublicModel(
            "vosk-model-en-us-0.22-lgraph",
            130_557_655,
            "d9838b4aaa82a75c4a17f5aca300eaca129aaab2a7cbf951bafbb500eb9c4334",
            "US English, better; Apache-2.0",
        ),
        PublicModel(
            "vosk-model-small-es-0.42",
            39_817_833,
            "09b239888f633ef2f0b4e09736e3d9936acfd810bc65d53fad45261762c6511f",
            "Spanish, small; Apache-2.0",
        ),
    )
}


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """One line of `ivr models list`."""

    name: str
    origin: str
    """`embedded`, `shipped`, `configured`, `fetched` or `public`."""
    folder: Path | None
    """Where it is; None when it is not on this machine."""
    size: int
    """Bytes on disk, or of the archive to fetch."""
    about: str
    used: bool = False
    """Whether the settings make the line use it."""


def list_models(settings: Speech, *, data: Path) -> tuple[ModelInfo, ...]:
    """List the models of this machine, then those that can be fetched."""
    engine = engine_for(settings)
    found = [_embedded(used=engine in {"embedded", "sphinx"})]
    if TINY.is_dir():
        about = "41 words, ours; a second opinion on digits and commands"
        used = engine == "embedded"
        found.append(ModelInfo("tiny-vosk", "shipped", TINY, _size(TINY), about, used))
    configured = Path(settings.model) if settings.model else None
    if configured is not None:
        used = engine == "vosk"
        size = _size(configured)
        found.append(ModelInfo(configured.name, "configured", configured, size, "", used))
    for model in PUBLIC.values():
        folder = model_folder(data) / model.name
        if folder == configured:
            continue
        if folder.is_dir():
            found.append(ModelInfo(model.name, "fetched", folder, _size(folder), model.about))
        else:
            found.append(ModelInfo(model.name, "public", None, model.size, model.about))
    return tuple(found)


def check_models(settings: Speech, *, data: Path) -> tuple[ModelCheck, ...]:
    """Check every Vosk model of this machine, by files, checksums and a trial."""
    folders = (model.folder for model in list_models(settings, data=data))
    return tuple(check_model(f) for f in folders if f is not None and (f / "graph").exists())


def check_engine(settings: Speech) -> str:
    """
    Tell what the line would hear with.

    Raises:
        SpeechError: It would hear with nothing; the text says why.
    """
    engine = engine_for(settings)
    match engine:
        case "none":
            return "switched off: callers press keys"
        case "remote":
            if not settings.address.startswith(("ws://", "wss://")):
                raise SpeechError(engine, "speech.address is no ws:// address", retryable=False)
            return f"vosk-server at {settings.address}"
        case "vosk":
            if not settings.model:
                raise SpeechError(engine, "speech.model names no folder", retryable=False)
            check = check_model(Path(settings.model))
            if not check.ok:
                raise SpeechError(engine, "; ".join(check.problems), retryable=False)
            return f"vosk with {check.folder.name}"
        case _:
            return _embedded(used=True).name


def model_folder(data: Path) -> Path:
    """Tell where fetched models are kept."""
    return data / "models"


# ---------------------------------------------------------------- fetching

Opener = Callable[[str], AbstractContextManager[BinaryIO]]


def _open(url: str) -> AbstractContextManager[BinaryIO]:
    opened: AbstractContextManager[BinaryIO] = urllib.request.urlopen(  # noqa: S310 - https, above
        url, timeout=ANSWERS_WITHIN
    )
    return opened


def fetch(
    name: str,
    *,
    data: Path,
    tell: Callable[[int, int], None] = lambda _done, _total: None,
    catalogue: Mapping[str, PublicModel] = PUBLIC,
    opener: Opener = _open,
) -> Path:
    """
    Download, verify, unpack and check the public model *name*; return its folder.

    It appears there whole or not at all. A folder that is there already is checked only.

    Args:
        name: A name of the catalogue.
        data: The line's data folder.
        tell: Told the bytes so far and all of them.
        catalogue: What can be had.
        opener: Opens a URL.

    Raises:
        SpeechError: Unknown name, no network, a download that is not what was expected, a
            model that does not load, no room.
    """
    model = catalogue.get(name)
    if model is None:
        raise SpeechError(
            "vosk", f"no such model; there are {', '.join(catalogue)}", retryable=False
        )
    target = model_folder(data) / name
    try:
        if not target.is_dir():
            target.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=target.parent, prefix=".fetch-") as scratch:
                archive = Path(scratch, "archive.zip")
                _download(model, archive, tell, opener)
                _unpack(model, archive, Path(scratch))
                write_manifest(Path(scratch, name))
                Path(scratch, name).rename(target)
    except OSError as error:
        reason = getattr(error, "reason", None) or error.strerror or type(error).__name__
        raise SpeechError("vosk", f"{name} cannot be fetched: {reason}", retryable=True) from error
    check = check_model(target)
    if not check.ok:
        raise SpeechError("vosk", f"{name}: {'; '.join(check.problems)}", retryable=False)
    return target


def _download(
    model: PublicModel, archive: Path, tell: Callable[[int, int], None], opener: Opener
) -> None:
    digest, done = hashlib.sha256(), 0
    with opener(f"{SOURCE}/{model.name}.zip") as source, archive.open("wb") as sink:
        while chunk := source.read(CHUNK):
            done += len(chunk)
            if done > model.size:
                break
            digest.update(chunk)
            sink.write(chunk)
            tell(done, model.size)
    if done != model.size:
        wrong = "longer" if done > model.size else "shorter"
        raise _spoilt(model, f"the download is {wrong} than it should be")
    if digest.hexdigest() != model.sha256:
        raise _spoilt(model, "the download has a wrong checksum")


def _spoilt(model: PublicModel, what: str) -> SpeechError:
    return SpeechError("vosk", f"{model.name}: {what}", retryable=True)


def _unpack(model: PublicModel, archive: Path, folder: Path) -> None:
    try:
        with zipfile.ZipFile(archive) as packed:
            entries = packed.infolist()
            inside = all(entry.filename.startswith(f"{model.name}/") for entry in entries)
            escapes = any(".." in Path(entry.filename).parts for entry in entries)
            if not inside or escapes:
                raise _spoilt(model, "the archive has strange names in it")
            if sum(entry.file_size for entry in entries) > MAX_UNPACKED * model.size:
                raise _spoilt(model, "the archive unpacks to too much")
            packed.extractall(folder)
    except zipfile.BadZipFile as error:
        raise _spoilt(model, "the download is not a zip archive") from error


def _embedded(*, used: bool) -> ModelInfo:
    try:
        name = f"pocketsphinx {version('pocketsphinx')} en-us"
    except PackageNotFoundError as error:
        raise SpeechError("sphinx", "pocketsphinx is not installed", retryable=False) from error
    about = "US English, inside its wheel; every word, least sure"
    return ModelInfo(name, "embedded", None, 0, about, used)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
