"""The page on paper: whole, on the paper one has, readable for screen readers, or a clear error."""

import builtins
import re
import socket
import zlib
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from ivr.errors import ProgramError
from ivr.report.figures import Figures
from ivr.report.page import page_of
from ivr.report.pdf import LIBRARIES, Paper, pdf_of
from ivr.report.words import Words
from tests.report.store import OCTOBER

NOON = datetime(2026, 11, 1, 17, tzinfo=UTC)
PAGE = page_of(Figures("Cedar Street Clinic", OCTOBER, NOON, None), Words())
POINTS = {Paper.LETTER: (612, 792), Paper.A4: (595, 842)}


def objects(pdf: bytes) -> bytes:
    """Return *pdf* with what is packed in it unpacked behind it."""
    unpacked = b""
    for packed in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            unpacked += zlib.decompress(packed)
        except zlib.error:
            continue
    return pdf + unpacked


@pytest.mark.parametrize("paper", Paper)
def test_it_has_the_size_of_the_paper(paper: Paper) -> None:
    found = objects(pdf_of(PAGE, paper))
    box = re.search(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)", found)
    assert box
    assert (round(float(box[1])), round(float(box[2]))) == POINTS[paper]


def test_screen_readers_are_told_what_is_what() -> None:
    found = objects(pdf_of(PAGE, Paper.LETTER))
    assert b"/StructTreeRoot" in found
    assert b"pdfuaid" in found


def test_nothing_is_fetched_for_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        port = server.getsockname()[1]
        image = f'<img alt="x" src="http://127.0.0.1:{port}/x.png">'
        pdf_of(PAGE.replace("<main>", f"<main>{image}"), Paper.LETTER)
        with pytest.raises(BlockingIOError):
            server.accept()


def test_a_missing_library_is_named_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real: Callable[..., object] = builtins.__import__

    def without_pango(name: str, *rest: object, **more: object) -> object:
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without_pango)
    with pytest.raises(ProgramError, match=f"apt-get install {LIBRARIES}"):
        pdf_of(PAGE, Paper.LETTER)
