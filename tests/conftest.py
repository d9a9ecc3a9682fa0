"""Options that every folder of tests understands."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--inventory",
        default="inventory.py",
        help="the pyinfra inventory whose hosts tests/host verifies (default: inventory.py)",
    )
    parser.addoption(
        "--with-jobs",
        action="store_true",
        help="tests/host: add jobs to the queue of the example application, and see them run",
    )
    parser.addoption(
        "--here",
        action="store_true",
        help="tests/browser: start the application on this machine instead of going to a host",
    )
    parser.addoption(
        "--screenshots",
        action="store_true",
        help="tests/browser: write the README's pictures to docs/images",
    )
    parser.addoption(
        "--none-skipped",
        action="store_true",
        help="fail if a test is skipped; for machines that have everything that the tests need",
    )


def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")  # none in a worker
    if reporter and session.config.getoption("--none-skipped") and "skipped" in reporter.stats:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
