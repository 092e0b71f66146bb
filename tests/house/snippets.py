"""Run what a document shows: every snippet of it, in order, in one scratch copy of the project."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ivr.cli.main import main, parser
from ivr.settings_file import load
from tests.support.need import ROOT

FENCE = re.compile(
    r"^(?P<indent> *)```(?P<info>\S[^\n]*)\n(?P<text>.*?)^ *```$", re.DOTALL | re.MULTILINE
)
QUICK = re.compile(r"ivr (?:flow|models list|prompts)\b|mkdir -p prompts\b|.*\| *ivr try\b")
"""Commands that are run, not only read: quick ones, and those that are told what to answer."""
OTHERS = frozenset(
    [
        "cd",
        "cp",
        "curl",
        "docker",
        "git",
        "journalctl",
        "kill",
        "mkdir",
        "printf",
        "sudo",
        "systemctl",
    ]
)
COPIED = ("flows", "prompts")
TIME_LIMIT = 60.0  # seconds one command may take


@dataclass(frozen=True, slots=True)
class Snippet:
    """One fenced block."""

    place: str
    language: str
    tag: str
    """What follows the language: a flow the states belong to, a scenario's file, or `fails`."""
    text: str


class Reader:
    """Somebody who follows a document to the letter."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._output = ""
        for name in COPIED:
            shutil.copytree(ROOT / name, folder / name)
        shim = folder / ".venv" / "bin" / "ivr"
        shim.parent.mkdir(parents=True)
        shim.write_text(
            f"#!{sys.executable}\nimport sys\nfrom {main.__module__} import main\n"
            "sys.argv[0] = 'ivr'\nsys.exit(main())\n",
            encoding="utf-8",
        )
        shim.chmod(0o755)

    def follow(self, snippet: Snippet) -> None:
        """Do what *snippet* shows; AssertionError names the place where that fails."""
        match snippet.language:
            case "sh":
                self._output = ""
                for command in _commands(snippet.text):
                    self._type(command, snippet)
            case "text":
                self._expect(snippet)
            case "yaml":
                self._edit(snippet)
            case "toml":
                file = self._folder / "settings.toml"
                file.write_text(snippet.text, encoding="utf-8")
                load(file)
            case "python":
                self._run([sys.executable, "-c", snippet.text], snippet)
            case "json":
                for line in snippet.text.splitlines():
                    json.loads(line)
            case "mermaid":
                assert snippet.text.startswith(("sequenceDiagram", "flowchart")), snippet.place
            case other:
                raise AssertionError(f"{snippet.place}: nobody reads ```{other}")

    def _type(self, command: str, snippet: Snippet) -> None:
        simple = command.replace(".venv/bin/ivr", "ivr")
        if QUICK.match(simple):
            self._run(["bash", "-c", command], snippet)
            return
        words = shlex.split(command)
        match words:
            case ["make", *targets]:
                known = re.findall(
                    r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE
                )
                named = [target for target in targets if "=" not in target]
                assert set(named) <= set(known), f"{snippet.place}: {command}"
            case ["ivr" | ".venv/bin/ivr", *arguments]:
                _parse(arguments, snippet)
            case [program, *_]:
                assert program in OTHERS, f"{snippet.place}: {command}"

    def _run(self, command: list[str], snippet: Snippet) -> None:
        path = f"{self._folder / '.venv/bin'}:{os.environ['PATH']}"
        done = subprocess.run(
            command,
            cwd=self._folder,
            env=os.environ | {"PATH": path, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            text=True,
            timeout=TIME_LIMIT,
        )
        self._output += done.stdout
        failed = done.returncode != 0
        assert failed == (snippet.tag == "fails"), f"{snippet.place}: {command}\n{done.stdout}"

    def _expect(self, snippet: Snippet) -> None:
        """A text after commands that were run is what they print; `…` stands for anything."""
        for line in snippet.text.splitlines() if self._output else ():
            pieces = (re.escape(" ".join(piece.split())) for piece in line.split("…"))
            seen = " ".join(self._output.split())
            assert re.search(".*".join(pieces), seen), f"{snippet.place}: {line}\n{self._output}"
        self._output = ""

    def _edit(self, snippet: Snippet) -> None:
        """Write a whole flow, a scenario, or the parts of a flow, as a person would."""
        if snippet.tag.endswith(".call"):
            (self._folder / snippet.tag).write_text(snippet.text, encoding="utf-8")
            return
        shown = _as_text(snippet.text)
        name = snippet.tag or shown["flow"]
        file = self._folder / "flows" / f"{name}.yaml"
        if not snippet.tag:
            file.write_text(snippet.text, encoding="utf-8")
            return
        flow = _as_text(file.read_text(encoding="utf-8"))
        _put_in(flow, shown)
        file.write_text(yaml.safe_dump(flow, sort_keys=False), encoding="utf-8")


def snippets(document: Path) -> list[Snippet]:
    """Every fenced block of *document*, which is relative to the root."""
    text = (ROOT / document).read_text(encoding="utf-8")
    found = []
    for block in FENCE.finditer(text):
        line = text.count("\n", 0, block.start()) + 1
        language, _, tag = block["info"].partition(" ")
        body = re.sub(rf"^{block['indent']}", "", block["text"], flags=re.MULTILINE)
        found.append(Snippet(f"{document}:{line}", language, tag.strip(), body))
    return found


def _put_in(known: dict[str, Any], shown: dict[str, Any]) -> None:
    for key, value in shown.items():
        if isinstance(value, dict) and isinstance(known.get(key), dict):
            _put_in(known[key], value)
        else:
            known[key] = value


def _as_text(shown: str) -> dict[str, Any]:
    """Read YAML as the line reads its flows: to YAML 1.1 the key `on` would be a truth."""
    loaded: dict[str, Any] = yaml.load(shown, Loader=yaml.BaseLoader)  # noqa: S506 - builds texts only
    return loaded


def _commands(text: str) -> list[str]:
    joined = re.sub(r"\\\n\s*", " ", text)
    lines = (re.sub(r"(?:^|\s+)#\s.*$", "", line).strip() for line in joined.splitlines())
    return [line for line in lines if line]


def _parse(arguments: list[str], snippet: Snippet) -> None:
    try:
        parser().parse_args(arguments)
    except SystemExit as refused:
        asks_for_help = not refused.code
        assert asks_for_help, f"{snippet.place}: ivr {shlex.join(arguments)}"
