"""Rules of every test run: no silent skip in CI, no process left behind."""

import gc
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.support import leftovers
from tests.support.need import IN_CI, NO_SHARED_DATA, SHARED_DATA

MARK = pytest.StashKey[str]()
LEFT = pytest.StashKey[str]()

# These machines are shared and noisy, so a slow example says nothing about the code.
settings.register_profile(
    "dev", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.register_profile("ci", settings.get_profile("dev"), derandomize=True, database=None)
settings.load_profile("ci" if IN_CI else "dev")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[MARK] = leftovers.mark_this_run()


@pytest.fixture(autouse=True, scope="module")
def _what_is_left_open_fails_its_own_module() -> Iterator[None]:
    """An unclosed socket or process warns when it is collected, so that happens here and now."""
    yield
    gc.collect()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _fail_a_skip(report, item.nodeid)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _fail_a_skip(report, collector.nodeid)
    return report


def _fail_a_skip(report: pytest.TestReport | pytest.CollectReport, name: str) -> None:
    expected_failure = hasattr(report, "wasxfail")
    if not IN_CI or not report.skipped or expected_failure:
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if NO_SHARED_DATA in reason and not SHARED_DATA.is_dir():
        return
    report.outcome = "failed"
    report.longrepr = f"{name}: in CI a skipped test is a failure. {reason}"


def pytest_sessionfinish(session: pytest.Session) -> None:
    left = leftovers.still_running(session.config.stash[MARK])
    if left:
        leftovers.end(left)
        lines = "\n".join(f"  {one.pid} {one.command}" for one in left)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        session.config.stash[LEFT] = f"left behind by the tests, and ended:\n{lines}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    report = terminalreporter.config.stash.get(LEFT, "")
    if report:
        terminalreporter.write_line(report, red=True)


def pytest_report_header(config: pytest.Config) -> str:
    rules = "a skip is a failure" if IN_CI else "what is missing is skipped"
    return f"{Path(config.rootpath).name}: {rules}"
