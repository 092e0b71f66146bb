"""Models: what there is, whether it is sound, how one is fetched."""

import hashlib
import io
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from urllib.error import URLError

import pytest

from ivr.errors import SpeechError
from ivr.settings import Speech
from ivr.speech import modelcheck
from ivr.speech.engines import Question
from ivr.speech.modelcheck import MANIFEST, check_model, write_manifest
from ivr.speech.models import PUBLIC, PublicModel, check_engine, check_models, fetch, list_models
from ivr.speech.shipped import TINY
from ivr.speech.vosk_ import VoskEngine
from tests.speech.questions import COMMANDS, question
from tests.speech.voices import around, spoken

NAME = "vosk-model-invented-0.1"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A copy of the tiny model, to be broken."""
    return Path(shutil.copytree(TINY, tmp_path / "model"))


def test_the_shipped_model_is_sound_and_vouched_for() -> None:
    check = check_model(TINY)
    assert check.ok
    assert check.verified


def test_the_generator_makes_the_shipped_model_of_its_weights(tmp_path: Path) -> None:
    generator = TINY.parent / "generator"
    command = [sys.executable, "export.py", "am.npz", str(tmp_path / "made")]
    subprocess.run(command, cwd=generator, check=True, timeout=60)
    shutil.copy(TINY / MANIFEST, tmp_path / "made")
    assert check_model(tmp_path / "made", trial=False).verified


BREAKING: Mapping[str, tuple[Callable[[Path], object], str]] = {
    "no acoustic model": (lambda m: (m / "am/final.mdl").unlink(), "am/final.mdl is missing"),
    "no configuration": (lambda m: (m / "conf/model.conf").unlink(), "model.conf is missing"),
    "half a graph": (lambda m: (m / "graph/Gr.fst").unlink(), "graph is incomplete"),
    "a static graph": (lambda m: (m / "graph/Gr.fst").rename(m / "graph/HCLG.fst"), "static"),
    "what aborts": (lambda m: strike(m / "conf/model.conf", "silence-phones"), "silence-phones"),
    "what hangs": (lambda m: strike(m / "conf/model.conf", "max-active"), "max-active"),
    "a strange rate": (lambda m: rewrite(m / "conf/mfcc.conf", "=8000", "=44100"), "rate"),
    "a changed file": (lambda m: flip(m / "graph/words.txt"), "words.txt differs"),
    "a manifest that wanders": (
        lambda m: (m / MANIFEST).write_text("0  ../../etc/passwd\n"),
        "not there",
    ),
}


def strike(path: Path, containing: str) -> None:
    kept = [line for line in path.read_text().splitlines() if containing not in line]
    path.write_text("\n".join(kept))


def rewrite(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text().replace(old, new))


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


@pytest.mark.parametrize("damage", BREAKING)
def test_a_broken_model_is_recognised_by_its_files(model: Path, damage: str) -> None:
    break_it, problem = BREAKING[damage]
    break_it(model)
    check = check_model(model, trial=False)
    assert not check.ok
    assert not check.verified
    assert problem in "; ".join(check.problems)


def test_a_folder_that_is_not_there_is_no_model(tmp_path: Path) -> None:
    assert check_model(tmp_path / "nothing").problems == ("the folder does not exist",)


def test_a_model_that_cannot_be_loaded_is_found_out_by_trying(model: Path) -> None:
    flip(model / "am/final.mdl")
    (model / "am/final.mdl").write_bytes((model / "am/final.mdl").read_bytes()[:5000])
    (model / MANIFEST).unlink()
    assert check_model(model, trial=False).ok
    assert "failed" in check_model(model).problems[0]


def test_a_trial_that_takes_for_ever_is_ended(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(modelcheck, "TRIAL_WITHIN", 0.01)
    assert "more than" in check_model(model).problems[0]


def test_a_model_for_wide_band_is_fed_what_it_wants(model: Path) -> None:
    # Models that can be fetched want 16 kHz, and raise at anything slower.
    rewrite(model / "conf/mfcc.conf", "--sample-frequency=8000", "--sample-frequency=16000")
    write_manifest(model)
    decoding = VoskEngine(model).open(question(*COMMANDS))
    pcm = around(spoken("operator"))
    for start in range(0, len(pcm), 1600):
        decoding.feed(pcm[start : start + 1600])
    (reading,) = decoding.finish()
    assert reading.text == "operator"
    assert reading.words[0].end < len(pcm) / 16000


def test_a_model_that_knows_none_of_the_words_says_so() -> None:
    with pytest.raises(SpeechError, match="knows no word"):
        VoskEngine(TINY).open(Question(words=("xylophone",)))


# ---------------------------------------------------------------- the list


def test_the_list_tells_what_is_used(tmp_path: Path) -> None:
    listed = {model.name: model for model in list_models(Speech(), data=tmp_path)}
    assert listed["tiny-vosk"].used
    assert listed["tiny-vosk"].size > 500_000
    assert {name for name, model in listed.items() if model.origin == "public"} == set(PUBLIC)


def test_a_configured_model_is_listed_and_checked(model: Path, tmp_path: Path) -> None:
    settings = Speech(model=str(model))
    listed = [m for m in list_models(settings, data=tmp_path) if m.used]
    assert [(m.origin, m.folder) for m in listed] == [("configured", model)]
    flip(model / "graph/words.txt")
    bad = [check for check in check_models(settings, data=tmp_path) if not check.ok]
    assert [check.folder for check in bad] == [model]


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        (Speech(), "pocketsphinx"),
        (Speech(engine="sphinx"), "pocketsphinx"),
        (Speech(model=str(TINY)), "vosk with tiny-vosk"),
        (Speech(engine="remote", address="ws://speech.example:2700"), "speech.example"),
        (Speech(engine="none"), "switched off"),
    ],
)
def test_the_doctor_is_told_what_the_line_hears_with(settings: Speech, found: str) -> None:
    assert found in check_engine(settings)


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        (Speech(engine="vosk"), "names no folder"),
        (Speech(model="/nowhere"), "does not exist"),
        (Speech(engine="remote", address="speech.example"), "ws://"),
    ],
)
def test_the_doctor_is_told_why_the_line_is_deaf(settings: Speech, problem: str) -> None:
    with pytest.raises(SpeechError, match=re.escape(problem)):
        check_engine(settings)


# ---------------------------------------------------------------- fetching


def packed(*, name: str = NAME, extra: Mapping[str, bytes] | None = None) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path in TINY.rglob("*"):
            if path.is_file() and path.name != MANIFEST:
                archive.write(path, f"{name}/{path.relative_to(TINY)}")
        for inside, content in (extra or {}).items():
            archive.writestr(inside, content)
    return buffer.getvalue()


class Shop:
    """A server that has one archive, and a catalogue that describes what it should be."""

    def __init__(self, sent: bytes, *, promised: bytes | None = None) -> None:
        self._sent = sent
        self.asked: list[str] = []
        good = sent if promised is None else promised
        digest = hashlib.sha256(good).hexdigest()
        self.catalogue = {NAME: PublicModel(NAME, len(good), digest, "invented")}

    @contextmanager
    def __call__(self, url: str) -> Iterator[BinaryIO]:
        self.asked.append(url)
        yield io.BytesIO(self._sent)

    def fetch(self, data: Path) -> Path:
        return fetch(NAME, data=data, catalogue=self.catalogue, opener=self)


def test_a_model_is_fetched_verified_and_vouched_for(tmp_path: Path) -> None:
    shop = Shop(packed())
    told: list[tuple[int, int]] = []
    folder = fetch(
        NAME,
        data=tmp_path,
        catalogue=shop.catalogue,
        opener=shop,
        tell=lambda done, whole: told.append((done, whole)),
    )
    assert check_model(folder).verified
    assert shop.asked == [f"https://alphacephei.com/vosk/models/{NAME}.zip"]
    assert told[-1][0] == told[-1][1]
    assert list(folder.parent.iterdir()) == [folder]


def test_a_model_that_is_there_is_not_fetched_again(tmp_path: Path) -> None:
    shop = Shop(packed())
    assert shop.fetch(tmp_path) == shop.fetch(tmp_path)
    assert len(shop.asked) == 1


@pytest.mark.parametrize(
    ("sent", "promised", "problem"),
    [
        (packed()[:-1], packed(), "shorter"),
        (packed() + b"x", packed(), "longer"),
        (packed()[:-1] + b"x", packed(), "checksum"),
        (b"not a zip", None, "not a zip archive"),
        (packed(name="other"), None, "strange names"),
        (packed(extra={f"{NAME}/../../evil": b""}), None, "strange names"),
        (packed(extra={"/etc/evil": b""}), None, "strange names"),
    ],
    ids=["cut", "too long", "changed", "no archive", "another folder", "climbing", "absolute"],
)
def test_a_download_that_is_not_what_was_promised_leaves_nothing(
    tmp_path: Path, sent: bytes, promised: bytes | None, problem: str
) -> None:
    with pytest.raises(SpeechError, match=problem):
        Shop(sent, promised=promised).fetch(tmp_path)
    assert list((tmp_path / "models").iterdir()) == []


def test_an_archive_that_unpacks_without_end_is_left_alone(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{NAME}/zeros", bytes(10_000_000))
    with pytest.raises(SpeechError, match="unpacks to too much"):
        Shop(buffer.getvalue()).fetch(tmp_path)


def test_without_a_network_the_error_says_so(tmp_path: Path) -> None:
    def offline(_url: str) -> Shop:
        raise URLError("no route to host")

    with pytest.raises(SpeechError, match="no route to host") as failed:
        fetch(next(iter(PUBLIC)), data=tmp_path, opener=offline)  # type: ignore[arg-type]
    assert failed.value.retryable


def test_an_unknown_name_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(SpeechError, match=next(iter(PUBLIC))):
        fetch("vosk-model-of-everything", data=tmp_path)
