import asyncio

from ivr.store.bell import Bell


def test_one_waking_stands_for_all_rings_since_the_last_look() -> None:
    async def scenario() -> int:
        bell = Bell()
        heard = bell.listen()
        bell.ring()
        bell.ring()
        await anext(heard)
        bell.ring()
        await anext(heard)
        bell.close()
        return len([None async for _ in heard])

    assert asyncio.run(scenario()) == 0


def test_every_listener_wakes() -> None:
    async def scenario() -> None:
        bell = Bell()
        ears = [bell.listen() for _ in range(3)]
        bell.ring()
        for ear in ears:
            await anext(ear)

    asyncio.run(scenario())
