"""Options that every folder of tests understands."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--inventory",
        default="inventory.py",
        help="the pyinfra inventory whose hosts tests/host verifies (default: inventory.py)",
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
