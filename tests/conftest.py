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


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With several processes, tests of one host stay in one of them; others share the rest."""
    for item in items:
        folder = item.path.relative_to(config.rootpath / "tests").parts[0]
        if folder in {"host", "faults", "browser"}:
            alone = not {"target", "host", "deployed_site"} & set(getattr(item, "fixturenames", ()))
            item.add_marker(pytest.mark.xdist_group("other hosts" if alone else "one host"))
        elif folder != "unit" or item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.xdist_group("other hosts"))
