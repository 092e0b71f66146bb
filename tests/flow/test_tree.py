import pytest

from ivr.errors import FlowErrors
from ivr.flow.rules import Rule
from ivr.flow.tree import MAX_BYTES, MAX_DEPTH, MAX_NODES, Fields, Items, Text, decode, parse_tree


def refused(text: str) -> list[str]:
    _, errors = parse_tree(text, file="example.yaml")
    return [f"{error.line}:{error.column} {error.rule}" for error in errors]


def test_scalars_stay_the_texts_they_are() -> None:
    root, errors = parse_tree("{on: yes, no: 08, a: ~, b: 1.50, c: 2030-01-31}", file="e.yaml")
    assert errors == ()
    assert isinstance(root, Fields)
    assert [(key.value, value.value) for key, value in root.entries if isinstance(value, Text)] == [
        ("on", "yes"),
        ("no", "08"),
        ("a", "~"),
        ("b", "1.50"),
        ("c", "2030-01-31"),
    ]


def test_everything_knows_its_place() -> None:
    root, _ = parse_tree('a:\n  - "b"\n  - [c]\n', file="e.yaml")
    assert root == Fields(
        entries=(
            (
                Text("a", 1, 1),
                Items((Text("b", 2, 5, plain=False), Items((Text("c", 3, 6),), 3, 5, True)), 2, 3),
            ),
        ),
        line=1,
        column=1,
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: &x b", ["1:4 no-alias"]),
        ("a: *x", ["1:4 no-alias"]),
        ("a: &x [1]\nb: *x", ["1:4 no-alias", "2:4 no-alias"]),
        ("a: !!python/object/apply:os.system [ls]", ["1:4 no-tag"]),
        ("a: !!str b", ["1:4 no-tag"]),
        ("<<: {a: b}", ["1:1 no-merge"]),
        ("a: b\na: c", ["2:1 duplicate-key"]),
        ("[a]: b", ["1:1 wrong-shape"]),
        ("a: b\n---\nc: d", ["2:1 yaml"]),
        ("a: [b", ["1:4 yaml"]),
        ("a: 'b", ["1:4 yaml"]),
        ("a: b: c", ["1:5 yaml"]),
        ("a:\n\t- b", ["2:1 yaml"]),
        ("a: \x07", ["1:4 encoding"]),
        ("a:\n  b\ud800", ["2:4 encoding"]),
        ('a: "\\a"', ["1:4 encoding"]),
        ("[" * (MAX_DEPTH + 1), [f"1:{MAX_DEPTH + 1} too-deep"]),
        ("- " * (MAX_DEPTH + 1), [f"1:{2 * MAX_DEPTH + 1} too-deep"]),
        ("[" * MAX_BYTES, [f"1:{MAX_DEPTH + 1} too-deep"]),
        ("a" * (MAX_BYTES + 1), ["1:1 too-big"]),
        ("- a\n" * (MAX_NODES + 1), [f"{MAX_NODES}:3 too-big"]),
        ("ä" * MAX_BYTES, ["1:1 too-big"]),
    ],
)
def test_what_is_more_than_plain_data_is_refused(text: str, expected: list[str]) -> None:
    assert refused(text) == expected


def test_a_bomb_of_aliases_does_not_go_off() -> None:
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}, *a{n - 1}]" for n in range(1, 40)]
    root, errors = parse_tree("\n".join(lines), file="bomb.yaml")
    assert {error.rule for error in errors} == {Rule.NO_ALIAS}
    assert isinstance(root, Fields)
    assert len(root.entries) == 40


def test_bytes_become_text_with_or_without_a_mark() -> None:
    assert decode("title: Grüße".encode(), file="e.yaml") == "title: Grüße"
    assert decode(b"\xef\xbb\xbftitle: x", file="e.yaml") == "title: x"


@pytest.mark.parametrize(
    ("data", "rule", "place"),
    [
        (b"a: b\nc: d\xe9\n", "encoding", (2, 5)),
        (b"a" * (MAX_BYTES + 1), "too-big", (1, 1)),
    ],
)
def test_bytes_that_are_no_flow_are_refused(data: bytes, rule: str, place: tuple[int, int]) -> None:
    with pytest.raises(FlowErrors) as caught:
        decode(data, file="e.yaml")
    assert [(e.rule, (e.line, e.column)) for e in caught.value.errors] == [(rule, place)]
