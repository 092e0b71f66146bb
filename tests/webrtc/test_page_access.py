"""The pages for everybody: by keyboard alone, named for screen readers, on any width, over TLS."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from ivr.handoff.commands import TalkPhase
from ivr.webrtc.floor import TalkRow, Waiter
from tests.support.browser import MICROPHONE_HZ, Chromium, browsing
from tests.support.certificate import certificate
from tests.support.console import CARD, DANA, PASSWORD, SAM, FakeActions, log_in, serving
from tests.webrtc.listening import PATIENCE, RAW_MICROPHONE, hears_tone

CONTROLS = {"button", "textbox", "combobox", "radio", "checkbox", "link"}
FOCUSED = """() => {
  const at = document.activeElement;
  const style = getComputedStyle(at);
  return [at.id || at.name || at.tagName, style.outlineStyle !== "none"];
}"""
OVERFLOWS = "() => document.documentElement.scrollWidth > innerWidth"


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    yield from browsing(tmp_path_factory.mktemp("browser"))


async def controls(page: Page) -> list[tuple[str, str]]:
    """Give role and name of every control as a screen reader finds them."""
    session = await page.context.new_cdp_session(page)
    tree: dict[str, Any] = await session.send("Accessibility.getFullAXTree")
    await session.detach()
    return [
        (node["role"]["value"], node.get("name", {}).get("value", ""))
        for node in tree["nodes"]
        if not node["ignored"] and node["role"]["value"] in CONTROLS
    ]


async def tabbed(page: Page) -> list[str]:
    """Walk over the page with the tab key; give what had the focus, each of it visible."""
    seen: dict[str, bool] = {}
    for _ in range(40):
        await page.keyboard.press("Tab")
        name, outlined = await page.evaluate(FOCUSED)
        seen[name] = outlined
    seen.pop("BODY", None)  # on the way from the last one to the first
    assert [name for name, outlined in seen.items() if not outlined] == []
    return list(seen)


def test_every_control_has_a_name_and_every_width_its_room(chromium: Chromium) -> None:
    async def look(page: Page) -> None:
        found = await controls(page)
        assert found
        assert [role for role, name in found if not name.strip()] == []
        for width in (1280, 360):
            await page.set_viewport_size({"width": width, "height": 800})
            assert not await page.evaluate(OVERFLOWS), width

    async def scene(page: Page) -> None:
        actions = FakeActions()
        talk = TalkRow("77aa01bc", "Lee", "the pharmacy", 5.0, TalkPhase.TALKING)
        waiting = Waiter("t2", "the pharmacy", 2, 9.0)
        actions.shown = replace(actions.shown, talks=(talk,), waiting=(waiting,))
        async with serving(actions) as server:
            await page.goto(f"http://127.0.0.1:{server.port}/")
            await page.get_by_role("heading", name="Log in").wait_for()
            await look(page)
            await log_in(page, server, SAM)
            await page.get_by_role("button", name="Move up").wait_for()
            await look(page)
            ringing = asyncio.ensure_future(server.ring(SAM, CARD, ring_for=PATIENCE))
            await page.get_by_role("button", name="Answer").wait_for()
            await look(page)
            await page.keyboard.press("a")
            leg = await ringing
            await page.get_by_role("button", name="Mute").wait_for()
            for key in ("c", "t", "f"):
                await page.keyboard.press(key)
                await look(page)
                await page.keyboard.press("Escape")
            await leg.hang_up()
            await page.get_by_role("heading", name="After the call").wait_for()
            await look(page)
            await page.goto(f"http://127.0.0.1:{server.port}/call")
            await page.get_by_role("button", name="Call").wait_for()
            await look(page)

    chromium.play(scene)


def test_a_whole_call_goes_without_a_mouse(chromium: Chromium) -> None:
    async def scene(page: Page) -> None:
        actions = FakeActions()
        async with serving(actions) as server:
            await page.goto(f"http://127.0.0.1:{server.port}/")
            await page.get_by_role("heading", name="Log in").wait_for()
            await page.keyboard.type("Dana")
            await page.keyboard.press("Tab")
            await page.keyboard.type("wrong")
            await page.keyboard.press("Enter")
            await expect(page.get_by_text("Name or password is wrong.")).to_be_visible()
            await page.keyboard.type(PASSWORD)
            await page.keyboard.press("Enter")
            await expect(page.get_by_role("button", name="Ready")).to_be_focused()
            assert {"reason", "help", "log-out"} <= set(await tabbed(page))
            await page.keyboard.press("Escape")  # out of where the walk ended
            await page.keyboard.press("r")
            await page.get_by_role("heading", name="Ready for a call").wait_for()
            ringing = asyncio.ensure_future(server.ring(DANA, CARD, ring_for=PATIENCE))
            await expect(page.get_by_role("heading", name="Incoming call")).to_be_focused()
            await page.keyboard.press("Tab")
            await expect(page.get_by_role("button", name="Answer")).to_be_focused()
            await page.keyboard.press("Enter")
            leg = await ringing
            await page.get_by_role("button", name="Mute").wait_for()
            walk = set(await tabbed(page))
            assert {"mute", "hold", "consult", "transfer", "send-flow", "done", "note"} <= walk
            await leg.hang_up()
            await expect(page.get_by_role("textbox", name="Note")).to_be_focused()
            walk = set(await tabbed(page))
            assert {"save-ready", "save-pause"} <= walk

    chromium.play(scene)


def test_an_incoming_call_is_told_to_who_does_not_see_it(chromium: Chromium) -> None:
    async def scene(page: Page) -> None:
        async with serving(FakeActions()) as server:
            await log_in(page, server)
            ringing = asyncio.ensure_future(server.ring(DANA, CARD, ring_for=PATIENCE))
            shout = page.locator("#shout[role=alert]")
            await expect(shout).to_have_text(
                "Incoming call from Alex Sample for the pharmacy. Press A to answer, D to decline."
            )
            await expect(page).to_have_title("Incoming call")
            ringing.cancel()
            await asyncio.gather(ringing, return_exceptions=True)

    chromium.play(scene)


def test_single_keys_can_be_switched_off_and_rest_while_one_types(chromium: Chromium) -> None:
    async def scene(page: Page) -> None:
        actions = FakeActions()
        async with serving(actions) as server:
            await log_in(page, server)
            await page.keyboard.press("?")
            await page.get_by_label("Single keys work").uncheck()
            await page.keyboard.press("Escape")
            await page.keyboard.press("r")
            await page.get_by_role("button", name="Keys").click()
            await page.get_by_label("Single keys work").check()
            await page.keyboard.press("Escape")
            assert not actions.is_ready(DANA)
            await page.keyboard.press("r")
            await page.get_by_role("heading", name="Ready for a call").wait_for()

    chromium.play(scene)


def test_a_line_that_comes_back_finds_its_agents(chromium: Chromium) -> None:
    async def scene(page: Page) -> None:
        actions = FakeActions()
        async with serving(actions) as server:
            await log_in(page, server)
            await page.keyboard.press("r")
            await page.get_by_role("heading", name="Ready for a call").wait_for()
            socket = next(iter(server._server.connections)) if server._server else None
            assert socket is not None
            socket.transport.abort()
            await expect(page.get_by_text("The line is back.")).to_be_visible()
            await page.get_by_role("heading", name="Ready for a call").wait_for()
            assert actions.is_ready(DANA)

    chromium.play(scene)


def test_over_tls_an_agent_answers_and_is_heard(chromium: Chromium, tmp_path: Path) -> None:
    async def scene(page: Page) -> None:
        await page.add_init_script(RAW_MICROPHONE)
        async with serving(FakeActions(), certificate(tmp_path)) as server:
            await log_in(page, server, scheme="https")
            ringing = asyncio.ensure_future(server.ring(DANA, CARD, ring_for=PATIENCE))
            await page.get_by_role("button", name="Answer").wait_for()
            await page.keyboard.press("a")
            leg = await ringing
            await hears_tone(leg, MICROPHONE_HZ)
            await leg.hang_up()

    chromium.play(scene)
