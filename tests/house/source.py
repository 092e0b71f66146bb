"""The project's own files, read once for all structure tests."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.support.need import ROOT

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Module:
    """One Python file of the project."""

    path: Path
    """Relative to the project's root."""
    text: str
    tree: ast.Module

    def __str__(self) -> str:
        return str(self.path)


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that git keeps and that is there, relative to the root."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    )
    paths = (Path(name) for name in listed.stdout.split("\0") if name)
    return tuple(path for path in paths if (ROOT / path).is_file())


@cache
def modules() -> tuple[Module, ...]:
    """Every Python file, stubs apart."""
    found = []
    for path in tracked():
        if path.suffix == ".py":
            text = (ROOT / path).read_text(encoding="utf-8")
            found.append(Module(path, text, ast.parse(text, filename=str(path))))
    return tuple(found)


def under(*folders: str) -> Iterator[Module]:
    """Iterate over the modules in these top folders."""
    return (module for module in modules() if module.path.parts[0] in folders)


def imports(module: Module) -> Iterator[tuple[str, int]]:
    """Iterate over the dotted names a module imports, each with its line."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((name.name, node.lineno) for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module, node.lineno
