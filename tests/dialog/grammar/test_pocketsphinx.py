"""The real recogniser loads every grammar, and its dictionary knows every word."""

from pathlib import Path

import pocketsphinx
import pytest

from ivr.dialog.grammar.build import listening_for
from tests.dialog.grammar.cases import GRAMMARS

MODEL = Path(pocketsphinx.get_model_path("en-us"))


@pytest.fixture(scope="module")
def dictionary() -> frozenset[str]:
    text = (MODEL / "cmudict-en-us.dict").read_text(encoding="utf-8")
    return frozenset(line.split()[0] for line in text.splitlines() if line.strip())


@pytest.fixture(scope="module")
def decoder() -> pocketsphinx.Decoder:
    config = pocketsphinx.Config(
        hmm=str(MODEL / "en-us"),
        dict=str(MODEL / "cmudict-en-us.dict"),
        lm=None,
        loglevel="FATAL",
    )
    return pocketsphinx.Decoder(config)


@pytest.mark.parametrize("name", GRAMMARS)
def test_the_dictionary_knows_every_word(name: str, dictionary: frozenset[str]) -> None:
    listening = listening_for(GRAMMARS[name], question=None, language="en", sensitive=False)
    assert set(listening.words) <= dictionary


@pytest.mark.parametrize("name", [*GRAMMARS, "nothing"])
def test_the_decoder_takes_the_grammar(name: str, decoder: pocketsphinx.Decoder) -> None:
    grammar = GRAMMARS.get(name)
    listening = listening_for(grammar, question=None, language="en", sensitive=False)
    decoder.add_jsgf_string(name, listening.jsgf)
    decoder.activate_search(name)
    assert decoder.current_search() == name
