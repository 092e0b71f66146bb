"""The narrow-band front end against the decoder's own."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from pocketsphinx import Config, Decoder, get_model_path

from ivr.speech.narrowband import FEATURE_PARAMETERS, WINDOW, Features, derive, level
from tests.speech.voices import around, silence, spoken

WIDE = Path(get_model_path("en-us/en-us"))


def own_cepstra(samples: NDArray[np.int16], folder: Path) -> NDArray[np.float32]:
    """What pocketsphinx itself computes of *samples*, unnormalised."""
    (folder / "feat.params").write_text(FEATURE_PARAMETERS)
    (folder / "words.dict").write_text("a AH\n")
    decoder = Decoder(
        Config(
            hmm=str(WIDE),
            dict=str(folder / "words.dict"),
            featparams=str(folder / "feat.params"),
            samprate=8000,
            lm=None,
            mfclogdir=str(folder),
            loglevel="FATAL",
        )
    )
    decoder.add_jsgf_string("g", "#JSGF V1.0; grammar g; public <g> = a;")
    decoder.activate_search("g")
    decoder.start_utt()
    decoder.process_raw(samples.tobytes(), full_utt=True)
    decoder.end_utt()
    (logged,) = folder.glob("*.mfc")
    return np.frombuffer(logged.read_bytes()[4:], ">f4").reshape(-1, 13)


@pytest.mark.parametrize("extra", [0, 1, 79])
def test_the_cepstra_are_those_of_the_decoders_own_front_end(tmp_path: Path, extra: int) -> None:
    pcm = around(spoken("operator"))
    samples = np.frombuffer(pcm, "<i2")[: 8000 + extra].copy()
    ours = Features()._cepstra(samples.astype(float))
    assert np.allclose(ours, own_cepstra(samples, tmp_path), atol=5e-4)


def test_speech_stands_out_and_silence_does_not() -> None:
    features = Features()
    heard = features(around(spoken("operator"), before=0.5, after=0.5))
    assert heard.model == "clean"
    loud = np.flatnonzero(heard.speech)
    assert 40 <= loud[0] <= 60
    assert not features(silence(1.0)).speech.any()
    assert not features(bytes(8000)).speech.any()


def test_noise_chooses_the_mixed_model() -> None:
    noise = np.random.default_rng(1).normal(0, 2500, 16000)
    voice = np.frombuffer(around(spoken("operator")), "<i2").astype(float)
    noisy = (voice + noise[: len(voice)]).clip(-32768, 32767).astype("<i2").tobytes()
    assert Features()(noisy).model == "mixed"


def test_how_loud_a_caller_speaks_changes_nothing() -> None:
    pcm = np.frombuffer(around(spoken("operator")), "<i2")
    loud = Features()(pcm.tobytes()).frames
    quiet = Features()((pcm // 4).astype("<i2").tobytes()).frames
    assert np.corrcoef(loud[:, 1], quiet[:, 1])[0, 1] > 0.9


def test_the_shortest_utterance_has_features() -> None:
    assert Features()(bytes(WINDOW * 2)).frames.shape == (2, 13)


def test_silence_is_not_blown_up() -> None:
    assert not level(np.zeros(100)).any()
    assert level(np.zeros(0)).size == 0


def test_the_model_is_derived_once_and_mended_when_broken(tmp_path: Path) -> None:
    models = derive(WIDE, tmp_path)
    means = models["clean"].means
    before = means.stat().st_mtime_ns, means.read_bytes()
    derive(WIDE, tmp_path)
    assert (means.stat().st_mtime_ns, means.read_bytes()) == before
    means.write_bytes(b"broken")
    derive(WIDE, tmp_path)
    assert means.read_bytes() == before[1]


def test_a_model_of_another_kind_is_refused(tmp_path: Path) -> None:
    for name in ("means", "variances"):
        (tmp_path / name).write_bytes(b"s3\nendhdr\n" + bytes(64))
    with pytest.raises(ValueError, match="three streams"):
        derive(tmp_path, tmp_path / "out")
