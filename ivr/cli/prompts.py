"""`ivr prompts`: what is recorded by a person, and what is synthesised."""

import argparse
from datetime import datetime
from pathlib import Path

from ivr.cli.options import add_command, read_settings
from ivr.loading import load_practice, load_wording
from ivr.settings import Settings
from ivr.speech.recorded import MANIFEST, load_sounds, read_manifest
from ivr.workbench.wanted import entry, orphans, wanted

EXIT_PROBLEMS = 1


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `prompts` and its commands."""
    family = subparsers.add_parser("prompts", help="prompts recorded in a studio")
    inner = family.add_subparsers(title="commands", metavar="COMMAND", required=True)
    add_command(inner, "check", "list what is wrong with the recordings", check)
    missing_ = add_command(inner, "missing", "list what is not recorded, for a manifest", missing)
    missing_.add_argument(
        "--language", default="en", metavar="LANGUAGE", help="such as es; default: en"
    )


def check(options: argparse.Namespace) -> int:
    """Judge every recording."""
    settings = read_settings(options)
    folder = Path(settings.flows.prompts)
    sounds, found = load_sounds(folder)
    problems = list(found)
    for language, texts in _wanted(settings).items():
        manifest = folder / language / MANIFEST
        if manifest.exists():
            recordings, _ = read_manifest(manifest)
            problems += orphans(recordings, texts, file=str(manifest))
        played = sounds.get(language, {}).keys() & texts.keys()
        print(f"{language}: {len(played)} of {len(texts)} prompts are recorded")
    problems.sort(key=lambda problem: (problem.file, problem.line))
    for problem in problems:
        print(problem)
    return EXIT_PROBLEMS if problems else 0


def missing(options: argparse.Namespace) -> int:
    """Print what to record, as it will stand in the manifest."""
    settings = read_settings(options)
    sounds, _ = load_sounds(Path(settings.flows.prompts))
    have = sounds.get(options.language, {})
    print(f"# prompts/{options.language}/{MANIFEST}: what is not recorded yet")
    print("recordings:")
    for text, file in _wanted(settings).get(options.language, {}).items():
        if text not in have:
            print(entry(text, file), end="")
    return 0


def _wanted(settings: Settings) -> dict[str, dict[str, str]]:
    today = datetime.now().astimezone().date()
    return wanted(load_practice(settings).book, load_wording(settings), today=today)
