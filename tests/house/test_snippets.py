"""Everything the documents tell the reader to do can be done."""

import re
from pathlib import Path

import pytest

from tests.house.snippets import Reader, snippets
from tests.house.source import tracked
from tests.support.need import ROOT

DOCUMENTS = [path for path in tracked() if path.suffix == ".md" and snippets(path)]


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_a_document_can_be_followed_to_the_letter(document: Path, tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    for snippet in snippets(document):
        reader.follow(snippet)


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_no_block_is_left_out_for_want_of_a_language(document: Path) -> None:
    fences = re.findall(r"^ *```", (ROOT / document).read_text(encoding="utf-8"), re.MULTILINE)
    assert len(fences) == 2 * len(snippets(document))
