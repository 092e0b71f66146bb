"""`ivr flow new`: a flow to begin with."""

import argparse
from pathlib import Path

from ivr.cli.options import add_settings, read_settings
from ivr.errors import SettingsError
from ivr.flow.fields import NAME, NAME_RULE
from ivr.flow.schema import FIRST_LINE
from ivr.loading import QUEUES_FILE

EXIT_NOT_WRITTEN = 1
STARTER = """\
{first_line}
# {title}. Change the wording freely; then run `ivr flow check`.
flow: {name}
title: {title}
queue: {queue}            # where "operator" and key 0 lead from here
start: tell

states:
  tell:                        # says something, then goes on
    say: Here is what you wanted to know.
    next: more

  more:                        # a menu: each choice has a key, what callers say, and a next
    prompt: Would you like to talk to someone about it?
    help: To talk to someone, press 1. To go on without, press 2.
    choices:
      talk: {{key: "1", says: ["yes", yes please, talk to them], next: person}}
      go_on: {{key: "2", says: ["no", no thanks, go on], next: done}}
    on: {{gave_up: done}}        # who says nothing at all goes on, too

  person:                      # gives the caller to a person of that queue
    handoff: {queue}
    say: Let me get someone who can help.
    reason: asked about {lower}

  done:                        # goes back to the flow that called this one
    return: done
"""
LEAD_THERE = """\
{path} is there, and does nothing yet: no flow leads to it. In another one, such as main_menu, write

  {name}:
    call: {name}
    on: {{done: anything_else}}

with a choice that leads to that state, and run `ivr flow check`."""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `new`."""
    parser = commands.add_parser("new", help="write a flow to begin with, explained in comments")
    parser.add_argument("name", metavar="NAME", help="its name, such as opening_hours")
    parser.add_argument(
        "--queue", default="front_desk", help="whose people help; default: front_desk"
    )
    add_settings(parser)
    parser.set_defaults(func=new)


def new(options: argparse.Namespace) -> int:
    """Write the file; never over another one."""
    for name in (options.name, options.queue):
        if not NAME.match(name):
            print(f"{name!r} cannot be a name: {NAME_RULE}")
            return EXIT_NOT_WRITTEN
    folder = Path(read_settings(options).flows.folder)
    path = folder / f"{options.name}.yaml"
    if path.name == QUEUES_FILE:
        print(f"{path} is where the queues stand; choose another name")
        return EXIT_NOT_WRITTEN
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(starter(options.name, queue=options.queue))
    except FileExistsError:
        print(f"{path} is there already; choose another name")
        return EXIT_NOT_WRITTEN
    except OSError as error:
        found = f"{folder}: {error.strerror}"
        raise SettingsError(
            "flows.folder", found=found, accepted="a folder of flow files"
        ) from error
    print(LEAD_THERE.format(path=path, name=options.name))
    return 0


def starter(name: str, *, queue: str) -> str:
    """Write the flow that *name* begins as."""
    title = name.replace("_", " ")
    return STARTER.format(
        first_line=FIRST_LINE,
        name=name,
        title=title[0].upper() + title[1:],
        lower=title,
        queue=queue,
    )
