"""`ivr flow`: the workbench of those who write what the line does."""

import argparse

from ivr.cli import (
    flow_check,
    flow_new,
    flow_publish,
    flow_say,
    flow_schema,
    flow_script,
    flow_show,
    flow_test,
    flow_versions,
)

COMMANDS = (
    flow_new,
    flow_check,
    flow_test,
    flow_publish,
    flow_versions,
    flow_show,
    flow_say,
    flow_script,
    flow_schema,
)


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `flow` and its commands."""
    family = subparsers.add_parser("flow", help="look at the flow files")
    commands = family.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.add_parser(commands)
