"""
A real browser: Debian's chromium, headless, with a microphone that plays a sound file.

Starting one takes seconds, so a module of tests shares one:

    @pytest.fixture(scope="module")
    def chromium(tmp_path_factory):
        yield from browsing(tmp_path_factory.mktemp("browser"))

    def test_a_page_opens(chromium: Chromium) -> None:
        async def scene(page: Page) -> None:
            await page.goto("about:blank")

        chromium.play(scene)
"""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from playwright.async_api import Browser, Page, Playwright, async_playwright

from ivr.audio import wav
from tests.support.line_process import descendants
from tests.support.need import need_program
from tests.support.sound import tone

MICROPHONE_HZ = 1250.0  # what the fake microphone plays, over and over; no note of the hold music
PATIENCE_MS = 20_000.0  # of every wait for the page; only a broken page needs it
ADDRESS = "https://line.example/"  # answered here; a page needs TLS for its audio
FLAGS = (
    "--no-sandbox",  # tests in containers run as root
    "--disable-gpu",
    "--disable-dev-shm-usage",  # containers have 64 MB there
    "--disable-background-networking",
    "--no-first-run",
    "--use-fake-ui-for-media-stream",  # grants the microphone
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--allow-loopback-in-peer-connection",  # calls to 127.0.0.1
)


class Chromium:
    """A browser and the event loop it is driven from; a context manager."""

    def __init__(self, microphone: Path) -> None:
        """
        Choose what the microphone hears.

        Args:
            microphone: WAV file, played in a loop into every page that asks for the microphone.
        """
        self._program = need_program("chromium", package="chromium")
        self._microphone = microphone
        self._runner = asyncio.Runner()
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None

    def __enter__(self) -> Self:
        self._runner.run(self._launch())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._runner.run(self._quit())
        self._runner.close()

    def play(self, scene: Callable[[Page], Awaitable[None]]) -> None:
        """Run *scene* with a new page in the browser's event loop; servers may run there too."""

        async def evening() -> None:
            assert self._browser is not None
            context = await self._browser.new_context(ignore_https_errors=True)
            context.set_default_timeout(PATIENCE_MS)
            try:
                await scene(await context.new_page())
            finally:
                await context.close()

        self._runner.run(evening())

    async def _launch(self) -> None:
        self._playwright = await async_playwright().start()
        self._browser = await self._playwright.chromium.launch(
            executable_path=self._program,
            headless=True,
            args=[*FLAGS, f"--use-file-for-fake-audio-capture={self._microphone}"],
        )

    async def _quit(self) -> None:
        if self._browser is not None:
            await self._browser.close()
        if self._playwright is not None:
            await self._playwright.stop()


def browsing(folder: Path, *, hertz: float = MICROPHONE_HZ) -> Iterator[Chromium]:
    """Yield a browser whose microphone hears a tone of *hertz*; the body of a fixture."""
    microphone = folder / "microphone.wav"
    microphone.write_bytes(wav.encode(tone(hertz, 10.0)))
    with Chromium(microphone) as chromium:
        yield chromium


PAGES, NETWORK = b"--type=renderer", b"network.mojom.NetworkService"


def freeze(part: bytes) -> list[int]:
    """Stop a part of our browsers: `PAGES` as a hang does, `NETWORK` as a pulled cable; `thaw`."""
    frozen = [pid for pid in descendants(os.getpid()) if part in _command(pid)]
    assert frozen
    for pid in frozen:
        os.kill(pid, signal.SIGSTOP)
    return frozen


def thaw(pids: list[int]) -> None:
    """Undo `freeze`."""
    for pid in pids:
        os.kill(pid, signal.SIGCONT)


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


async def ring_from(page: Page, html: str, accept: Callable[[str], Awaitable[str]]) -> None:
    """Load *html* as *page*, give it `accept(offer)`, and let it `ring()`."""
    await page.route(ADDRESS, lambda route: route.fulfill(body=html, content_type="text/html"))
    await page.expose_function("accept", accept)
    await page.goto(ADDRESS)
    await page.evaluate("ring()")
