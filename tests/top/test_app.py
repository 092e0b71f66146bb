"""The screen as an operator has it: every key, every role, every size, before a made-up line."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.story.facts import Glimpse
from ivr.top.glyphs import ASCII
from ivr.top.lines import Lines
from ivr.watch.roles import Role
from tests.support.watching import LARGE, SMALL, Watching, watching

Scene = Callable[[Watching], Awaitable[None]]


def play(folder: Path, scene: Scene, *, calls: int = 5, size: tuple[int, int] = SMALL) -> None:
    async def run() -> None:
        async with watching(folder, calls=calls, size=size) as seen:
            await scene(seen)

    asyncio.run(run())


async def choose(seen: Watching) -> str:
    await seen.press("down")
    return chosen(seen)


def chosen(seen: Watching) -> str:
    return seen.app.screen.query_one("#calls", Lines).chosen.partition("@")[0]


def test_every_call_has_a_row_and_the_worst_is_on_top(tmp_path: Path) -> None:
    async def scene(seen: Watching) -> None:
        call = list(seen.server.made.living)[-1]
        glimpse = seen.server.made.living[call].glimpse
        seen.server.hub.take(
            Glimpse(
                call, glimpse.at, glimpse.began, places=("main_menu.menu",), turn=9, patience=0.5
            )
        )
        await seen.until(lambda _: call[:6] in seen.rows[3], "the call on top")
        assert seen.rows[3].startswith("!! ")
        assert "patience ends" in seen.rows[3]
        assert all(one[:6] in seen.text for one in seen.server.made.living)

    play(tmp_path, scene)


def test_the_chosen_call_stays_chosen_while_rows_move(tmp_path: Path) -> None:
    async def scene(seen: Watching) -> None:
        await seen.press("down", "down")
        before = chosen(seen)
        await seen.press("o", "o", "o")
        await seen.sees("by place")
        assert chosen(seen) == before

    play(tmp_path, scene)


def test_the_first_calls_are_seen_until_one_is_chosen(tmp_path: Path) -> None:
    async def scene(seen: Watching) -> None:
        await seen.press("h")
        await seen.sees("choose a call first")
        call = list(seen.server.made.living)[-1]
        glimpse = seen.server.made.living[call].glimpse
        seen.server.hub.take(replace(glimpse, reason="emergency"))
        await seen.until(lambda _: call[:6] in seen.rows[3], "the call on top")
        await seen.press("j", "j", "escape")
        await seen.press("enter")
        await seen.sees(f"Call {call}")
        assert seen.server.done == []

    play(tmp_path, scene, calls=40)


def test_letters_move_as_arrows_do_and_end_at_the_ends(tmp_path: Path) -> None:
    async def scene(seen: Watching) -> None:
        calls = seen.app.screen.query_one("#calls", Lines)
        await seen.press("G")
        assert (calls.seen.stop, chosen(seen)) == (50, calls._keys[-1].partition("@")[0])
        await seen.press("g", "k", "j", "pagedown")
        assert calls._keys.index(calls.chosen) > 10

    play(tmp_path, scene, calls=50)


def test_a_filter_shows_the_calls_that_have_all_its_words(tmp_path: Path) -> None:
    async def scene(seen: Watching) -> None:
        call = next(iter(seen.server.made.living))
        await seen.press("slash", *call[:5], "enter")
        await seen.sees("1-1 of 1", f"only: {call[:5]}")
        await seen.press("escape")
        await seen.sees("of 5, trouble first")
        assert "only:" not in seen.text

    play(tmp_path, scene)


def test_a_call_is_looked_at_while_it_goes_on(tmp_path: Path) -> None:
    async def scene(seen: Watching) -> None:
        await seen.press("enter")
        await seen.sees("What happened, call", "the line", "the caller")
        seen.server.go_on(2.0, 200)
        await seen.sees("answered in", "voice", "patience")
        await seen.press("tab")
        await seen.sees("Sound, call")
        await seen.press("tab")
        await seen.sees("INVITE", "200 INVITE", "ACK", "line")
        await seen.press("escape")
        await seen.sees("Where")

    play(tmp_path, scene, calls=1)


def test_a_call_that_ended_stays_to_be_looked_at(tmp_path: Path) -> None:
    async def scene(seen: Watching) -> None:
        call = await choose(seen)
        await seen.press("enter")
        for fact in seen.server.made._end(call):
            seen.server.hub.take(fact)
        await seen.sees(f"Call {call} over after")
        await seen.press("escape")
        await seen.sees("over: ")
        assert chosen(seen) == ""

    play(tmp_path, scene, calls=2)


def test_tab_goes_through_the_panes_of_a_small_screen(tmp_path: Path) -> None:
    async def scene(seen: Watching) -> None:
        await seen.press("tab")
        await seen.sees("Queue", "Longest", "front_desk", "kim")
        await seen.press("tab")
        await seen.sees("answers", "acme registered", "vosk, 2 processes")
        await seen.press("tab")
        await seen.sees("Where")
        await seen.press("shift+tab")
        await seen.sees("acme")

    play(tmp_path, scene)


def test_a_large_screen_shows_all_panes_at_once_and_a_smaller_one_again_one(tmp_path: Path) -> None:
    async def scene(seen: Watching) -> None:
        await seen.sees("The line says", "Longest", "acme registered")
        await seen.press("enter")
        await seen.sees("What happened", "Sound", "INVITE", "Longest", "Waits for")
        await seen.pilot.resize_terminal(*SMALL)
        await seen.until(lambda screen: "Longest" not in screen, "one pane")
        assert all(len(row) == 80 for row in seen.rows)
        await seen.press("escape")
        await seen.sees("Where")

    play(tmp_path, scene, size=LARGE)


def test_a_caller_is_handed_off_at_once(tmp_path: Path) -> None:
    async def scene(seen: Watching) -> None:
        call = await choose(seen)
        await seen.press("h")
        assert await seen.does() == [("hand_off", {"call": call})]
        await seen.sees("Done: hand_off.")

    play(tmp_path, scene)


def test_a_caller_is_sent_to_a_queue_that_is_chosen(tmp_path: Path) -> None:
    async def scene(seen: Watching) -> None:
        call = await choose(seen)
        await seen.until(lambda _: bool(seen.server.made.queues()), "queues")
        await seen.press("m")
        await seen.sees("To which queue", "2 pharmacy")
        await seen.press("2")
        assert await seen.does() == [("hand_off", {"call": call, "queue": "pharmacy"})]
        await seen.press("m")
        await seen.sees("To which queue")
        await seen.press("down", "down", "enter")
        assert (await seen.does(2))[1] == ("hand_off", {"call": call, "queue": "billing"})

    play(tmp_path, scene)


def test_hanging_up_asks_first_and_no_is_the_first_answer(tmp_path: Path) -> None:
    async def scene(seen: Watching) -> None:
        call = await choose(seen)
        for no in ("enter", "n", "escape"):
            await seen.press("x")
            await seen.sees("Hang up on the caller")
            await seen.press(no)
            await seen.until(lambda screen: "Hang up on" not in screen, "no question")
        assert seen.server.done == []
        await seen.press("x")
        await seen.sees("Hang up on the caller")
        await seen.press("y")
        assert await seen.does() == [("hang_up", {"call": call})]

    play(tmp_path, scene)


def test_draining_asks_first_and_shows_until_it_is_undone(tmp_path: Path) -> None:
    async def scene(seen: Watching) -> None:
        await seen.press("d")
        await seen.sees("Take no new callers?")
        await seen.press("y")
        await seen.sees("DRAINING")
        await seen.press("d")
        await seen.sees("Take new callers again?")
        await seen.press("y")
        await seen.until(lambda screen: "DRAINING" not in screen, "callers again")
        assert [given["on"] for _, given in await seen.does(2)] == ["yes", "no"]

    play(tmp_path, scene)


def test_listening_says_that_it_is_noted_and_ends_with_its_key(tmp_path: Path) -> None:
    async def scene(seen: Watching) -> None:
        call = await choose(seen)
        await seen.press("l")
        await seen.sees("audit log")
        await seen.press("y")
        await seen.sees("you listen")
        await seen.press("l")
        await seen.sees("you no longer listen")
        assert (await seen.does(2))[1] == ("listened", {"call": call})

    play(tmp_path, scene)


def test_words_are_shown_as_heard_only_after_a_question(tmp_path: Path) -> None:
    async def scene(seen: Watching) -> None:
        await seen.press("enter")
        await seen.sees("What happened")
        assert "my refill please" not in seen.text
        await seen.press("w")
        await seen.sees("audit log")
        await seen.press("y")
        await seen.sees("my refill please")
        await seen.press("escape")
        await seen.until(lambda screen: "my refill please" not in screen, "no words")
        assert seen.app._follower.board.said == {}

    play(tmp_path, scene)


def test_what_a_line_refuses_is_shown_with_its_reason(tmp_path: Path) -> None:
    async def scene(seen: Watching) -> None:
        await choose(seen)
        seen.server.refusal = "they talk to a person already"
        await seen.press("h")
        await seen.sees("refused, they talk to a person already")

    play(tmp_path, scene)


@pytest.mark.parametrize(
    ("role", "keys", "needed"),
    [(Role.VIEWER, "hmxd", "operator"), (Role.VIEWER, "lw", "supervisor"),
     (Role.OPERATOR, "lw", "supervisor")],
)  # fmt: skip
def test_keys_that_a_role_may_not_press_say_so(
    tmp_path: Path, role: Role, keys: str, needed: str
) -> None:
    async def run() -> None:
        async with watching(tmp_path, role=role) as seen:
            for key in keys:
                await seen.press(key)
                await seen.sees(f"{key}: only as {needed}; you are {role}", f"({key} ")
            await seen.press("question_mark")
            await seen.sees(f"(only as {needed})")
            assert seen.server.done == []

    asyncio.run(run())


def test_a_lost_line_is_shown_as_lost_and_comes_back_by_itself(tmp_path: Path) -> None:
    async def scene(seen: Watching) -> None:
        await seen.press("enter")
        await seen.server.close()
        await seen.sees("reconnecting, last seen 0:00 ago")
        await seen.sees("reconnecting, last seen 0:01 ago")
        await seen.server.open()
        await seen.until(lambda screen: "reconnecting" not in screen, "connection")
        seen.server.go_on(1.0, 100)
        await seen.sees("answered in")

    play(tmp_path, scene, calls=1)


def test_a_terminal_without_unicode_gets_ascii_alone(tmp_path: Path) -> None:
    async def run() -> None:
        async with watching(tmp_path, glyphs=ASCII) as seen:
            seen.server.go_on(1.0, 60)
            for keys in (["enter"], ["tab"], ["tab"], ["tab"], ["tab"], ["tab"], ["m"]):
                await seen.press(*keys)
                await seen.pilot.pause(0.3)
                assert seen.text.isascii(), seen.text

    asyncio.run(run())


def test_trouble_is_told_without_colour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def scene(seen: Watching) -> None:
        seen.server.go_on(5.0, 200)
        await seen.until(lambda screen: "!!" in screen, "trouble")
        strips = seen.app.screen._compositor.render_strips()
        shown = {
            colour.name
            for strip in strips
            for segment in strip._segments
            if segment.style is not None
            for colour in (segment.style.color, segment.style.bgcolor)
            if colour is not None
        }
        assert shown <= {"default"}

    play(tmp_path, scene, calls=20)


def test_five_hundred_calls_are_followed_without_losing_the_chosen_one(tmp_path: Path) -> None:
    async def scene(seen: Watching) -> None:
        await seen.press("pagedown", "pagedown")
        before = chosen(seen)
        for _ in range(10):
            seen.server.go_on(0.1, 20)
            await seen.pilot.pause(0.1)
        await seen.sees("500 calls")
        ended = before not in seen.server.made.living
        assert ended or chosen(seen) == before

    play(tmp_path, scene, calls=500)


def test_quitting_ends_it(tmp_path: Path) -> None:
    async def scene(seen: Watching) -> None:
        await seen.press("q")
        await seen.pilot.pause()
        assert seen.app.return_code == 0

    play(tmp_path, scene)
