"""Nothing grows past what one can read: the limits of the house."""

import ast
from collections.abc import Iterator

from tests.house.source import Function, modules

FILE = 400  # lines
FUNCTION = 60  # lines, from `def` to the last one
METHODS = 25  # of one class
CONSTRUCTOR = 7  # parameters beside self


def test_no_file_is_longer_than_400_lines() -> None:
    long = [f"{m}: {n}" for m in modules() if (n := len(m.text.splitlines())) > FILE]
    assert long == []


def test_no_function_is_longer_than_60_lines() -> None:
    long = [
        f"{module}:{node.lineno}: {node.name}: {lines}"
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, Function)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION
    ]
    assert long == []


def test_no_class_has_more_than_25_methods() -> None:
    """Property tests apart: there each event that can happen is a method."""
    wide = [
        f"{module}:{node.lineno}: {node.name}: {count}"
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef)
        and not any("RuleBasedStateMachine" in ast.unparse(base) for base in node.bases)
        and (count := len(list(_methods(node)))) > METHODS
    ]
    assert wide == []


def test_no_constructor_takes_more_than_7_things() -> None:
    greedy = [
        f"{module}:{method.lineno}: {node.name}: {count}"
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef)
        for method in _methods(node)
        if method.name == "__init__" and (count := _parameters(method)) > CONSTRUCTOR
    ]
    assert greedy == []


def _methods(node: ast.ClassDef) -> Iterator[Function]:
    return (item for item in node.body if isinstance(item, Function))


def _parameters(method: Function) -> int:
    arguments = method.args
    return len(arguments.posonlyargs) + len(arguments.args) + len(arguments.kwonlyargs) - 1
