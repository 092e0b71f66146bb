"""Ending a task for certain."""

import asyncio

AGAIN = 0.05  # seconds


async def end(task: asyncio.Task[None] | None) -> None:
    """Cancel *task* until it is over: a library in between may swallow a cancellation."""
    while task is not None and not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=AGAIN)
