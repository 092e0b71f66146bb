"""`ivr models list|check|fetch`: the recognisers' models on this machine."""

import argparse
import json
import sys

from rich.console import Console
from rich.table import Table

from ivr.cli.options import add_json, add_settings, read_settings
from ivr.speech.models import PUBLIC, ModelInfo, check_models, fetch, list_models

EXIT_UNSOUND = 1
MEGABYTE = 1_000_000


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `models`."""
    models = subparsers.add_parser("models", help="speech models: list, check, fetch")
    actions = models.add_subparsers(title="actions", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="what is here, and what can be fetched")
    checking = actions.add_parser("check", help="is what is here sound? by files and a trial")
    fetching = actions.add_parser("fetch", help="download a model, check it, keep it")
    fetching.add_argument("name", metavar="MODEL", help=f"one of {', '.join(PUBLIC)}")
    for action, run in ((listing, show), (checking, check), (fetching, get)):
        add_settings(action)
        action.set_defaults(func=run)
    add_json(listing)
    add_json(checking)


def show(options: argparse.Namespace) -> int:
    """List the models."""
    settings = read_settings(options)
    models = list_models(settings.speech, data=settings.data_folder)
    if options.json:
        print(json.dumps([_as_json(model) for model in models]))
        return 0
    table = Table(box=None, pad_edge=False)
    for title in ("", "Model", "From", "MB", "What it is"):
        table.add_column(title)
    for model in models:
        size = f"{model.size / MEGABYTE:.1f}"
        table.add_row("*" if model.used else "", model.name, model.origin, size, model.about)
    Console().print(table)
    print("* is what this line listens with.")
    return 0


def _as_json(model: ModelInfo) -> dict[str, object]:
    return {
        "name": model.name,
        "origin": model.origin,
        "folder": str(model.folder) if model.folder else None,
        "bytes": model.size,
        "about": model.about,
        "used": model.used,
    }


def check(options: argparse.Namespace) -> int:
    """Check the models that are here."""
    settings = read_settings(options)
    checks = check_models(settings.speech, data=settings.data_folder)
    if options.json:
        print(
            json.dumps(
                [
                    {"folder": str(c.folder), "ok": c.ok, "problems": list(c.problems)}
                    for c in checks
                ]
            )
        )
    else:
        for c in checks:
            print(f"{'ok ' if c.ok else 'BAD'}  {c.folder}  {'; '.join(c.problems)}".rstrip())
    return 0 if all(c.ok for c in checks) else EXIT_UNSOUND


def get(options: argparse.Namespace) -> int:
    """Fetch one model."""
    settings = read_settings(options)
    folder = fetch(options.name, data=settings.data_folder, tell=_tell)
    print(f"\nfetched and sound: {folder}")
    print(f'Use it with these settings:\n[speech]\nmodel = "{folder}"')
    return 0


def _tell(done: int, total: int) -> None:
    percent = 100 * done // max(1, total)
    print(f"\r{percent:3d} % of {total / MEGABYTE:.0f} MB", end="", file=sys.stderr, flush=True)
