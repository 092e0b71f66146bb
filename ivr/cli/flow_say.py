"""`ivr flow say`: hear what callers hear, or keep it as sound files."""

import argparse
import asyncio
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from ivr.audio import wav
from ivr.audio.pcm import duration
from ivr.cli.flow_show import flow_named, write
from ivr.cli.options import add_settings, read_settings
from ivr.errors import FlowError, FlowErrors, ProgramError
from ivr.flow.model import Flow
from ivr.flow.rules import Rule, did_you_mean
from ivr.loading import load_practice, load_wording
from ivr.settings import Settings
from ivr.speech.cached import CachedSpeaker
from ivr.speech.pyttsx3_ import PyttsxSpeaker, voices_with
from ivr.speech.recorded import RecordedSpeaker, load_sounds
from ivr.workbench.saying import Saying, sayings_of

PLAYERS = (("aplay", "-q"), ("paplay",), ("afplay",))
LIST = "list.txt"


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `say`."""
    parser = commands.add_parser("say", help="hear every prompt of a flow, in every variant")
    parser.add_argument("flow", metavar="FLOW", help="name of a flow, such as main_menu")
    parser.add_argument("state", nargs="?", metavar="STATE", help="one of its states; default: all")
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER", help="where to write WAV files; default: FLOW-prompts"
    )
    parser.add_argument("--play", action="store_true", help="play them here")
    add_settings(parser)
    parser.set_defaults(func=say)


def say(options: argparse.Namespace) -> int:
    """Speak a flow's prompts."""
    settings = read_settings(options)
    flow = flow_named(load_practice(settings), options.flow, settings)
    player = _player() if options.play else ()
    today = datetime.now().astimezone().date()
    sayings = [
        saying
        for saying in sayings_of(flow, load_wording(settings), today=today)
        if options.state in (None, saying.state)
    ]
    if options.state and options.state not in flow.states:
        raise _no_state(flow, options.state)
    sounds = asyncio.run(_speak([saying.text for saying in sayings], flow.language, settings))
    if options.out or not options.play:
        folder = options.out or Path(f"{flow.name}-prompts")
        _keep(sayings, sounds, folder)
        print(f"{flow.title}: {len(sayings)} WAV files, {folder / LIST} tells which is which")
    if player:
        _play(sayings, sounds, player)
    return 0


def _no_state(flow: Flow, name: str) -> FlowErrors:
    hint = did_you_mean(name, flow.states)
    message = f"flow {flow.name} has no state {name!r}"
    return FlowErrors([FlowError(flow.file, flow.line, Rule.UNKNOWN_STATE, message, hint)])


async def _speak(texts: Sequence[str], language: str, settings: Settings) -> Mapping[str, bytes]:
    """Speak each text once, as the line would: recorded where it is, synthesised where not."""
    sounds, _ = await asyncio.to_thread(load_sounds, Path(settings.flows.prompts))
    speech = settings.speech
    voice = PyttsxSpeaker(voices=voices_with(speech.voice), rate=speech.rate)
    with tempfile.TemporaryDirectory() as scratch:
        speaker = RecordedSpeaker(CachedSpeaker(voice, Path(scratch)), sounds)
        try:
            return {
                text: await speaker.render(text, language=language) for text in dict.fromkeys(texts)
            }
        finally:
            await voice.close()


def _keep(sayings: Sequence[Saying], sounds: Mapping[str, bytes], folder: Path) -> None:
    listed = []
    for name, saying in zip(_names(sayings), sayings, strict=True):
        write(folder / name, wav.encode(sounds[saying.text]))
        seconds = duration(sounds[saying.text])
        listed.append(f"{name}  {seconds:.1f} s  {saying.when}\n    {saying.text}\n")
    write(folder / LIST, "".join(listed).encode())


def _names(sayings: Sequence[Saying]) -> Iterator[str]:
    for number, saying in enumerate(sayings, start=1):
        words = "".join(c if c.isalnum() else " " for c in saying.when).split()
        yield f"{number:03}-{saying.state}-{'-'.join(words)}.wav"


def _player() -> tuple[str, ...]:
    for program in PLAYERS:
        if shutil.which(program[0]):
            return program
    raise ProgramError(
        "no program that plays sound is here (Debian: apt-get install alsa-utils); "
        "write files instead with --out FOLDER"
    )


def _play(sayings: Sequence[Saying], sounds: Mapping[str, bytes], player: Sequence[str]) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "prompt.wav"
        for saying in sayings:
            print(f"{saying.state}, {saying.when}: {saying.text}", flush=True)
            file.write_bytes(wav.encode(sounds[saying.text]))
            done = subprocess.run([*player, str(file)], check=False)  # noqa: S603 - one of PLAYERS
            if done.returncode:
                raise ProgramError(
                    f"{player[0]} could not play it; write files instead with --out FOLDER"
                )
