"""The Dockerfile, read: there is no engine here to build it with."""

import json
import re
from functools import cache

from ivr.cli.main import parser
from ivr.settings import Settings
from sip.sockets import claim_rtp_ports
from tests.support.need import ROOT

CALLS = 4  # at once, what the pjsua2 wheel is built for
Step = tuple[str, str]


@cache
def steps() -> tuple[Step, ...]:
    """Every instruction with what follows it, comments gone and lines joined."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    text = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", " ", text).splitlines()
    return tuple(
        (word, rest)
        for line in lines
        if (word := line.partition(" ")[0])
        for rest in [line.partition(" ")[2]]
    )


def final() -> tuple[Step, ...]:
    """The steps of the last stage, which is the image."""
    last = max(number for number, (word, _) in enumerate(steps()) if word == "FROM")
    return steps()[last:]


def of(word: str, among: tuple[Step, ...]) -> list[str]:
    return [rest for each, rest in among if each == word]


def test_it_does_not_run_as_root() -> None:
    assert of("USER", final()) == ["line"]
    last = [word for word, _ in final()]
    assert last.index("USER") < last.index("CMD")


def test_nothing_is_fetched_but_packages() -> None:
    assert of("ADD", steps()) == []
    assert not any(re.search(r"curl|wget|git clone|https?://", rest) for _, rest in steps())


def test_packages_are_the_locked_ones() -> None:
    installs = [part for rest in of("RUN", steps()) for part in rest.split("&&") if "pip" in part]
    installs = [part for part in installs if " install " in part and "apt-get" not in part]
    assert installs
    assert all("--require-hashes" in part or "--no-deps" in part for part in installs)
    assert any("-r requirements.lock" in part for part in installs)


def test_every_copied_file_is_here_and_let_through() -> None:
    allowed = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    for rest in of("COPY", steps()):
        if rest.startswith("--from"):
            continue
        for name in rest.split()[:-1]:
            assert (ROOT / name).exists(), name
            assert f"!{name}" in allowed, name


def test_no_secret_is_in_it() -> None:
    assert not any(re.search(r"(?i)password|secret|token|_key", rest) for _, rest in steps())
    assert of("ARG", steps()) == []


def test_it_opens_the_ports_the_line_chooses() -> None:
    opened = of("EXPOSE", final())[0].split()
    port = Settings().line.port
    assert opened[:2] == [f"{port}/udp", f"{port}/tcp"]
    first, last = (int(number) for number in opened[2].removesuffix("/udp").split("-"))
    # An address of its own, so that no line that runs on this machine is in the way.
    chosen = claim_rtp_ports("127.5.0.60", 0, calls=CALLS, sip_port=port)
    assert chosen is not None
    chosen.release()
    assert first <= chosen.first
    assert chosen.first + chosen.span + 1 <= last  # the last RTP port's RTCP


def test_its_commands_are_commands_of_ivr() -> None:
    health = of("HEALTHCHECK", final())[0]
    checks = json.loads(health[health.index("[") :])
    entry = json.loads(of("ENTRYPOINT", final())[0])
    start = json.loads(of("CMD", final())[0])
    assert (checks[0], entry[-1]) == ("ivr", "ivr")
    parser().parse_args(checks[1:])
    parser().parse_args(start)


def test_what_it_writes_is_kept_outside() -> None:
    kept = of("VOLUME", final())
    start = json.loads(of("CMD", final())[0])
    assert start[start.index("--data") + 1] in kept
