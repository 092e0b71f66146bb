"""`ivr flow schema`: what editors need to help with the keys of a flow."""

import argparse

from ivr.flow.schema import schema_text


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `schema`."""
    parser = commands.add_parser("schema", help="print the JSON Schema of a flow file, for editors")
    parser.set_defaults(func=schema)


def schema(_options: argparse.Namespace) -> int:
    """Print the schema."""
    print(schema_text(), end="")
    return 0
