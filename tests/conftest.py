"""Options that every folder of tests understands."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--inventory",
        default="inventory.py",
        help="the pyinfra inventory whose hosts tests/host verifies (default: inventory.py)",
    )
