"""Every deliberate error stands in the one tree of `ivr.errors`."""

import ast
import builtins
from collections.abc import Iterator

from ivr import errors
from tests.house.source import Module, under

PLACE = "ivr/errors.py"
INNER = {
    "GuardError": "ivr.flow turns it into a FlowError that knows file and line",
    "StackError": "sip.engine turns it into a SettingsError or a CallError that names the leg",
}
"""Errors that never leave their package, with what becomes of them; beside those of one module."""


def test_no_module_but_errors_defines_an_exception() -> None:
    strays = [
        f"{module}:{node.lineno}: {node.name}"
        for module in under("ivr", "sip")
        if str(module) != PLACE
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef)
        and not (node.name in INNER or node.name.startswith("_"))
        and any(_is_exception(base) for base in node.bases)
    ]
    assert strays == []


def test_every_error_has_its_place_in_the_tree_of_the_docstring() -> None:
    text = errors.__doc__ or ""
    missing = [
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, Exception) and f"* {name}" not in text
    ]
    assert missing == []


def test_only_errors_of_the_tree_are_raised() -> None:
    """Python's own ones may be raised where the same module catches them."""
    allowed = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, Exception)
    } | {"ValueError", "SystemExit", *INNER}
    strays = [
        f"{module}:{line}: {name}"
        for module in under("ivr", "sip")
        for name, line in _raised(module)
        if name not in allowed | _caught(module)
    ]
    assert strays == []


def _is_exception(base: ast.expr) -> bool:
    name = base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "")
    known = getattr(errors, name, None) or getattr(builtins, name, None)
    return isinstance(known, type) and issubclass(known, BaseException)


def _raised(module: Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            function = node.exc.func
            name = function.attr if isinstance(function, ast.Attribute) else ""
            name = function.id if isinstance(function, ast.Name) else name
            if name[:1].isupper():
                yield name, node.lineno


def _caught(module: Module) -> set[str]:
    return {
        name.id
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ExceptHandler) and node.type
        for name in ast.walk(node.type)
        if isinstance(name, ast.Name)
    }
