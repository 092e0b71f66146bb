"""Packages: locked with hashes, named with their licences, listed for installation."""

import re
import tomllib
from functools import cache
from typing import Any

import pytest

from tests.house.source import under
from tests.support.need import ROOT

LOCKS = ("requirements-build.lock", "requirements.lock", "requirements-dev.lock")
PINNED = re.compile(r"^([a-z0-9-]+)==([\w.]+)(?: ; [^\\]+)? \\$")


@cache
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@cache
def locked(name: str) -> dict[str, str]:
    """Package to version."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return {found[1]: found[2] for line in lines if (found := PINNED.match(line))}


def name_of(requirement: str) -> str:
    return re.split(r"[^\w-]", requirement, maxsplit=1)[0].lower().replace("_", "-")


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_a_version_and_a_hash_and_no_address(lock: str) -> None:
    entries = re.split(r"\n(?=[a-z])", (ROOT / lock).read_text(encoding="utf-8").strip())
    entries = [entry for entry in entries if not entry.startswith("#")]
    assert entries
    assert [e.splitlines()[0] for e in entries if not PINNED.match(e.splitlines()[0])] == []
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert not re.search(r"--(?:index|extra|find|trusted)|://", "\n".join(entries))


def test_every_dependency_is_locked() -> None:
    asked = {name_of(each) for each in project()["project"]["dependencies"]}
    assert asked - locked("requirements.lock").keys() == set()
    asked |= {name_of(each) for each in project()["project"]["optional-dependencies"]["dev"]}
    assert asked - locked("requirements-dev.lock").keys() == set()


def test_tests_run_on_the_versions_that_callers_get() -> None:
    running = locked("requirements.lock")
    assert running.items() - locked("requirements-dev.lock").items() == set()


def test_every_package_of_the_running_line_is_listed_with_its_licence() -> None:
    rows = re.findall(
        r"^\| ([\w-]+) \| [^|]+ \|",
        (ROOT / "THIRD_PARTY.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert set(rows) - {"package", "what"} == locked("requirements.lock").keys()


def test_every_package_of_ours_is_installed() -> None:
    ours = {".".join(module.path.parent.parts) for module in under("ivr", "sip")}
    assert set(project()["tool"]["setuptools"]["packages"]) == ours
