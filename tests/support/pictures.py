"""
Take the pictures of the console that the documentation shows.

    .venv/bin/python -m tests.support.pictures
"""

import asyncio
import tempfile
from dataclasses import replace
from pathlib import Path

from playwright.async_api import Page

from ivr.handoff.agents import Presence, PresenceChange
from ivr.handoff.commands import TalkPhase, TalkView
from ivr.handoff.tickets import Priority
from ivr.webrtc.floor import Colleague, TalkRow, Waiter
from tests.support.browser import Chromium, browsing
from tests.support.console import CARD, DANA, SAM, FakeActions, log_in, serving
from tests.support.need import ROOT

PICTURES = ROOT / "docs" / "images"
SIZE = {"width": 1280, "height": 800}
WAITING = (
    Waiter("t1", "the nurse line", 1, 22.0, Priority.URGENT),
    Waiter("t2", "the pharmacy", 1, 131.0, offered_to="Lee"),
    Waiter("t3", "the pharmacy", 2, 96.0, language="es"),
    Waiter("t4", "the front desk", 1, 48.0, callback=True),
)
COLLEAGUES = (
    Colleague("Kim", Presence.PAUSED, 640.0, "Lunch"),
    Colleague("Lee", Presence.OFFERED, 8.0),
    Colleague("Robin", Presence.TALKING, 312.0),
)
TALKS = (TalkRow("77aa01bc", "Robin", "the front desk", 312.0, TalkPhase.TALKING),)


async def scene(page: Page) -> None:
    """Walk through a shift."""
    await page.set_viewport_size(SIZE)  # type: ignore[arg-type]
    actions = FakeActions()
    actions.shown = replace(actions.shown, waiting=WAITING, colleagues=COLLEAGUES)
    async with serving(actions) as server:
        await log_in(page, server)
        await page.get_by_role("button", name="Ready").click()
        await page.get_by_role("heading", name="Ready for a call").wait_for()
        await _take(page, "idle")
        ringing = asyncio.ensure_future(server.ring(DANA, CARD, ring_for=20.0))
        await page.get_by_role("button", name="Answer").wait_for()
        await _take(page, "offer")
        await page.keyboard.press("a")
        leg = await ringing
        await page.get_by_label("Note").fill("Doctor approves refills on Thursdays. Told the")
        leg.show(TalkView(TalkPhase.TALKING))
        actions.presences["Dana"] = PresenceChange(Presence.TALKING)
        actions.stirred.set()
        await _take(page, "in-call")
        await leg.hang_up()
        await page.get_by_role("heading", name="After the call").wait_for()
        await page.get_by_label("To follow up").check()
        actions.presences["Dana"] = PresenceChange(Presence.WRAPPING)
        actions.stirred.set()
        await _take(page, "wrap-up")
        await page.emulate_media(color_scheme="dark")
        await _take(page, "wrap-up-dark")
        await page.emulate_media(color_scheme="light")
        actions.shown = replace(actions.shown, talks=TALKS)
        await page.get_by_role("button", name="Log out").click()
        await log_in(page, server, SAM)
        await _take(page, "supervisor")
        await page.goto(f"http://127.0.0.1:{server.port}/call")
        await page.get_by_role("button", name="Call").click()
        caller = await actions.callers.get()
        await caller.answer()
        await page.set_viewport_size({"width": 640, "height": 800})
        await page.get_by_text("You are talking").wait_for()
        await page.screenshot(path=PICTURES / "caller-page.png")


async def _take(page: Page, name: str) -> None:
    await page.wait_for_timeout(700)
    await page.screenshot(path=PICTURES / f"console-{name}.png")


def main() -> None:
    """Take them all."""
    with tempfile.TemporaryDirectory() as folder:
        browsers = browsing(Path(folder))
        chromium: Chromium = next(browsers)
        try:
            chromium.play(scene)
        finally:
            browsers.close()  # type: ignore[attr-defined]


if __name__ == "__main__":
    main()
