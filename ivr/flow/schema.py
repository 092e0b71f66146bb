"""The JSON Schema (draft 7) of a flow file, for editors: keys as you type, each explained."""

import json

from ivr.flow.keys import BRANCH, CHOICE, DIGITS, HEAD, MENU_CHOICE, SLOT, STATES, TEXTS, Json, Key

DRAFT = "http://json-schema.org/draft-07/schema#"
FILE = "schema.json"
FIRST_LINE = f"# yaml-language-server: $schema={FILE}"
"""What tells an editor where the schema of a file is."""


def schema_text() -> str:
    """Write the schema as the file `schema.json` holds it."""
    return json.dumps(flow_schema(), indent=2, ensure_ascii=False) + "\n"


def flow_schema() -> dict[str, Json]:
    """Build the schema from the table of keys."""
    states = {f"state_{kind}": _mapping(keys) for kind, keys in STATES.items()}
    return {
        "$schema": DRAFT,
        "title": "A flow of the clinic's line",
        **_mapping(HEAD),
        "definitions": {
            "slot": _mapping(SLOT),
            "digits": DIGITS,
            "choice_or_phrases": {"anyOf": [*_phrases(), _mapping(CHOICE)]},
            "menu_choice_or_phrases": {"anyOf": [*_phrases(), _mapping(MENU_CHOICE)]},
            "branch": _mapping(BRANCH),
            "state": {"anyOf": [{"$ref": f"#/definitions/{name}"} for name in states]},
            **states,
        },
    }


def _phrases() -> list[Json]:
    shapes = TEXTS["anyOf"]
    return shapes if isinstance(shapes, list) else [shapes]


def _mapping(keys: tuple[Key, ...]) -> dict[str, Json]:
    properties: dict[str, Json] = {}
    for key in keys:
        properties[key.name] = _property(key, key.what)
        for other in key.others:
            properties[other] = _property(key, f"Another word for {key.name}. {key.what}")
    shape: dict[str, Json] = {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }
    required: list[Json] = [key.name for key in keys if key.required]
    return {**shape, "required": required} if required else shape


def _property(key: Key, what: str) -> Json:
    return {"description": what, "examples": [key.example], **key.shape}
