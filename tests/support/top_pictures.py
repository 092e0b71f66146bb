"""
Take the pictures of `ivr top` that the documentation shows, before a made-up line.

    .venv/bin/python -m tests.support.top_pictures
"""

import asyncio
import re
import tempfile
from pathlib import Path

from tests.support.need import ROOT
from tests.support.watching import LARGE, SMALL, Watching, watching

PICTURES = ROOT / "docs" / "images"
FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
CALLS, SEED_EVENTS = 24, 120


async def _run() -> None:
    for name, size in (("small", SMALL), ("large", LARGE)):
        with tempfile.TemporaryDirectory(prefix="north-") as folder:
            async with watching(Path(folder), calls=CALLS, size=size) as seen:
                seen.server.go_on(20.0, SEED_EVENTS)
                await _take(seen, name)


async def _take(seen: Watching, name: str) -> None:
    await seen.until(lambda screen: "!!" in screen, "trouble")
    if name == "small":
        _keep(seen, "top-calls")
    await seen.press("down", "enter")
    await seen.sees("What happened, call")
    seen.server.go_on(5.0, SEED_EVENTS)
    await seen.sees("answered in")
    _keep(seen, "top-call" if name == "small" else "top-large")


def _keep(seen: Watching, name: str) -> None:
    """Keep what is seen, without the font that the picture would fetch from elsewhere."""
    drawn = FONTS.sub("", seen.app.export_screenshot(title="ivr top", simplify=True))
    drawn = drawn.replace("Fira Code", "monospace")
    (PICTURES / f"{name}.svg").write_text(drawn, encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(_run())
