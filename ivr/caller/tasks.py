"""Task groups whose one exception comes out as itself."""

import asyncio
import contextlib
from collections.abc import AsyncIterator


@contextlib.asynccontextmanager
async def task_group() -> AsyncIterator[asyncio.TaskGroup]:
    """
    Open a `TaskGroup`.

    Where a single thing broke, in the block or in a task, that exception is raised and not
    a group around it: whoever opens a port or loads a recogniser inside handles its errors.
    """
    try:
        async with asyncio.TaskGroup() as tasks:
            yield tasks
    except BaseExceptionGroup as group:
        if len(group.exceptions) == 1:
            raise group.exceptions[0] from None
        raise
