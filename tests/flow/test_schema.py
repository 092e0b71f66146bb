"""The schema says what the reader reads: key by key, example by example, flow by flow."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ivr.flow.answers import SLOT_TYPES
from ivr.flow.fields import Table
from ivr.flow.keys import BRANCH, HEAD, MENU_CHOICE, SLOT, STATES, Json, Key
from ivr.flow.reader import read_draft
from ivr.flow.schema import FILE, FIRST_LINE, flow_schema, schema_text
from ivr.flow.tree import Fields, Items, Node, Text, parse_tree

FLOWS = Path(__file__).parents[2] / "flows"
SHIPPED = sorted(path for path in FLOWS.glob("*.yaml") if path.name != "queues.yaml")
BROKEN = Path(__file__).parent / "broken"
SCHEMA: dict[str, Any] = json.loads(schema_text())
EMPTY: dict[str, Json] = {"flow": "e", "title": "E", "queue": "q", "start": "first"}
_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
}


# ---------------------------------------------------------------- a validator, as far as needed


def breaches(value: object, shape: dict[str, Any], at: str = "") -> Iterator[str]:
    """Yield what of *value* breaks *shape*: the words of JSON Schema that ours uses, no others."""
    if "$ref" in shape:
        shape = SCHEMA["definitions"][shape["$ref"].rpartition("/")[2]]
    if "anyOf" in shape and all(list(breaches(value, one, at)) for one in shape["anyOf"]):
        yield f"{at}: fits nothing"
    if "enum" in shape and value not in shape["enum"]:
        yield f"{at}: {value!r} is none of them"
    if "const" in shape and value != shape["const"]:
        yield f"{at}: is not {shape['const']}"
    types = shape.get("type", [])
    if types == "object":
        yield from _object(value, shape, at)
        return
    if types and not _is(value, types if isinstance(types, list) else [types]):
        yield f"{at}: {value!r} is no {types}"
        return
    yield from _of_scalar(value, shape, at)
    for number, item in enumerate(value if isinstance(value, list) else ()):
        yield from breaches(item, shape.get("items", {}), f"{at}[{number}]")


def _of_scalar(value: object, shape: dict[str, Any], at: str) -> Iterator[str]:
    match value:
        case str():
            if len(value) < shape.get("minLength", 0) or not re.search(
                shape.get("pattern", ""), value
            ):
                yield f"{at}: {value!r} does not match"
        case int() | float():
            if not shape.get("minimum", value) <= value <= shape.get("maximum", value):
                yield f"{at}: {value} is out of range"


def _is(value: object, types: list[str]) -> bool:
    named = [kind for kind in types if isinstance(value, _TYPES[kind])]
    return bool(named) and (not isinstance(value, bool) or "boolean" in types)


def _object(value: object, shape: dict[str, Any], at: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{at}: {value!r} is no mapping"
        return
    yield from (f"{at}: lacks {key}" for key in shape.get("required", []) if key not in value)
    for key, inner in value.items():
        yield from breaches(key, shape.get("propertyNames", {}), f"{at}.{key}")
        known = shape.get("properties", {}).get(key, shape.get("additionalProperties", True))
        if known is False:
            yield f"{at}: {key} is not known"
        elif isinstance(known, dict):
            yield from breaches(inner, known, f"{at}.{key}")


def plain(node: Node) -> object:
    """Read a tree as editors do, by the core schema of YAML 1.2: `on` and `yes` are texts."""
    match node:
        case Fields(entries=entries):
            return {key.value: plain(value) for key, value in entries}
        case Items(items=items):
            return [plain(item) for item in items]
        case Text(value=value, plain=True) if re.fullmatch(r"[-+]?\d+", value):
            return int(value)
        case Text(value=value, plain=True) if re.fullmatch(r"[-+]?\d*\.\d+", value):
            return float(value)
        case Text(value=value, plain=True) if value in {"true", "false"}:
            return value == "true"
        case Text(value=value):
            return value


def of_text(text: str) -> list[str]:
    root, errors = parse_tree(text, file="e.yaml")
    assert root is not None
    assert not errors
    return list(breaches(plain(root), SCHEMA))


# ---------------------------------------------------------------- the file and the flows


def test_the_file_is_what_the_table_gives() -> None:
    assert (FLOWS / FILE).read_text(encoding="utf-8") == schema_text(), (
        "write it anew: ivr flow schema > flows/schema.json"
    )


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_flow_names_the_schema_and_keeps_to_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith(f"{FIRST_LINE}\n")
    assert of_text(text) == []


@pytest.mark.parametrize(
    "name",
    ["misspelt_key", "prompt_is_a_list", "state_is_a_text", "unknown_type", "does_two_things"],
)
def test_what_breaks_the_shape_of_a_flow_breaks_the_schema(name: str) -> None:
    assert of_text((BROKEN / f"{name}.yaml").read_text(encoding="utf-8")) != []


# ---------------------------------------------------------------- every key


def mappings(shape: object) -> Iterator[dict[str, Any]]:
    if isinstance(shape, dict):
        if "properties" in shape:
            yield shape
        for inner in shape.values():
            yield from mappings(inner)
    elif isinstance(shape, list):
        for inner in shape:
            yield from mappings(inner)


def test_every_key_has_a_description_and_an_example_that_fits() -> None:
    seen = 0
    for mapping in mappings(SCHEMA):
        for key, shape in mapping["properties"].items():
            seen += 1
            assert shape["description"].endswith("."), key
            assert [list(breaches(one, shape)) for one in shape["examples"]] == [[]], key
    assert seen > 80


def test_the_schema_is_made_of_words_that_drafts_know() -> None:
    assert flow_schema()["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert set(SLOT_TYPES) == set(SCHEMA["definitions"]["slot"]["properties"]["type"]["enum"])


def read(**parts: Json) -> tuple[str, ...]:
    """Read a flow of *parts*, as YAML; the rules that its text breaks."""
    draft = read_draft(yaml.safe_dump({**EMPTY, **parts}), file="e.yaml")
    return tuple(error.rule for error in draft.errors)


def spelled(keys: tuple[Key, ...]) -> dict[str, Json]:
    return {key.name: key.example for key in keys}


@pytest.mark.parametrize("kind", STATES)
def test_every_example_of_a_state_is_read(kind: str) -> None:
    assert read(states={"first": spelled(STATES[kind])}) == ()


@pytest.mark.parametrize(
    ("kind", "key", "other"),
    [(kind, k, other) for kind, keys in STATES.items() for k in keys for other in k.others],
)
def test_every_other_word_is_read_as_ours(kind: str, key: Key, other: str) -> None:
    state = {k.name: k.example for k in STATES[kind] if k.name != key.name}
    assert read(states={"first": {**state, other: key.example}}) == ()


def test_every_example_of_a_head_is_read() -> None:
    assert read(**spelled(HEAD)) == ()


def test_every_example_of_a_slot_is_read() -> None:
    digits = {key.name: key.example for key in SLOT if key.name != "choices"}
    choice = {**{key.name: key.example for key in SLOT if key.name == "choices"}, "type": "choice"}
    states: Json = {"first": {"end": "Goodbye."}}
    assert read(slots={"one": digits, "other": choice}, states=states) == ()


def test_the_table_holds_every_key_that_the_reader_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: dict[tuple[str, ...], set[str]] = {}
    done = Table.done

    def noting(table: Table, *args: Any, **keywords: Any) -> set[str]:  # noqa: ANN401 - passed on
        taken[table.path] = set(table._known)
        return done(table, *args, **keywords)

    monkeypatch.setattr(Table, "done", noting)
    choice: Json = {"says": ["a"], "next": [{"when": "x", "to": "b"}, {"to": "c"}]}
    states: dict[str, Json] = {kind: {kind: "x"} for kind in STATES}
    states["choices"] = {"choices": {"one": choice}}
    read(states=states, slots={"digits": {"type": "digits"}, "choice": {"type": "choice"}})
    assert taken[()] == names(HEAD)
    assert taken["slots", "digits"] | taken["slots", "choice"] == names(SLOT)
    assert taken["states", "choices", "choices", "one"] == names(MENU_CHOICE)
    assert taken["states", "choices", "on", "one", "0"] == names(BRANCH)
    for kind, keys in STATES.items():
        extra = {"on"} if kind in {"say", "next"} else set()  # read, but next says the same
        assert taken["states", kind] == names(keys) | extra


def names(keys: tuple[Key, ...]) -> set[str]:
    return {name for key in keys for name in (key.name, *key.others)}
