"""What leaves a package is an error of the one tree in `ivr.errors`; inner ones stay inside."""

import ast
import builtins
from collections.abc import Iterator

from ivr import errors
from tests.house.source import Module, under

PLACE = "ivr/errors.py"
TREE = frozenset(
    name
    for name, value in vars(errors).items()
    if isinstance(value, type) and issubclass(value, Exception)
)


def test_every_error_has_its_place_in_the_tree_of_the_docstring() -> None:
    text = errors.__doc__ or ""
    assert sorted(name for name in TREE if f"* {name}" not in text) == []


def test_an_error_that_a_package_defines_stays_in_it() -> None:
    inner = {name: package(module) for module in under("ivr", "sip") for name in defined(module)}
    strays = [
        f"{module}:{node.lineno}: {name.name}"
        for module in under("ivr", "sip")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom)
        for name in node.names
        if inner.get(name.name, package(module)) != package(module)
    ]
    assert strays == []


def test_only_errors_of_the_tree_and_inner_ones_are_raised() -> None:
    """Python's own may be raised where the same module catches them, or for a wrong value."""
    inner = {name for module in under("ivr", "sip") for name in defined(module)}
    allowed = TREE | inner | {"ValueError", "SystemExit", "ArgumentTypeError"}
    strays = [
        f"{module}:{line}: {name}"
        for module in under("ivr", "sip")
        for name, line in raised(module)
        if name not in allowed | caught(module)
    ]
    assert strays == []


def package(module: Module) -> str:
    """Name the package that a module's inner errors may not leave."""
    return "/".join(module.path.parts[:2]) if module.path.parts[0] == "ivr" else "sip"


def defined(module: Module) -> Iterator[str]:
    """Iterate over the exception classes of a module, those of the tree apart."""
    if str(module) == PLACE:
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ClassDef) and any(_is_exception(base) for base in node.bases):
            yield node.name


def raised(module: Module) -> Iterator[tuple[str, int]]:
    """Iterate over what a module raises anew, each with its line."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            function = node.exc.func
            name = function.attr if isinstance(function, ast.Attribute) else ""
            name = function.id if isinstance(function, ast.Name) else name
            if name[:1].isupper():
                yield name, node.lineno


def caught(module: Module) -> set[str]:
    """Name what a module catches."""
    return {
        name.id
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ExceptHandler) and node.type
        for name in ast.walk(node.type)
        if isinstance(name, ast.Name)
    }


def _is_exception(base: ast.expr) -> bool:
    name = base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "")
    known = getattr(errors, name, None) or getattr(builtins, name, None)
    named_so = name.endswith("Error")  # derived from another inner one
    return named_so or (isinstance(known, type) and issubclass(known, BaseException))
