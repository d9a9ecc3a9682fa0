"""Verifies deployed hosts, changing nothing: `.venv/bin/pytest tests/host`.

The hosts and their settings are those of the inventory that deployed them.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from testinfra.host import Host

from infra.onhost import layout
from infra.onhost.layout import LAYOUT
from infra.operator import way_in
from infra.settings import Settings
from tests.deployed import Deployed, deployed
from tests.host import connection
from tests.site import Site

KNOWN: dict[str, Deployed] = {}
NOTES: dict[str, list[str]] = {}  # by host: what is worth knowing, and not Slipway's


def pytest_configure(config: pytest.Config) -> None:
    try:
        KNOWN.update(deployed(config.getoption("--inventory")))
    except RuntimeError as error:
        pytest.exit(str(error), returncode=2)
    folder = way_in.folder()
    config.add_cleanup(folder.cleanup)
    config.option.hosts = ",".join(connection.enter(KNOWN.values(), Path(folder.name)))
    config.option.sudo = True


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for name, lines in ((name, lines) for name, lines in NOTES.items() if lines):
        terminalreporter.section(f"{name}: not of Slipway")
        for line in lines:
            terminalreporter.line(line)


@pytest.fixture(scope="module")
def notes(target: Deployed) -> list[str]:
    return NOTES.setdefault(target.name, [])


@pytest.fixture(scope="module")
def target(host: Host) -> Deployed:
    return KNOWN[host.backend.get_hostname()]


@pytest.fixture(scope="module")
def settings(target: Deployed) -> Settings:
    return target.settings


@pytest.fixture(scope="module")
def site(target: Deployed) -> Site:
    return target.site


@pytest.fixture(scope="module")
def slipway(host: Host) -> Callable[[str], Any]:
    def ask(question: str) -> Any:
        return json.loads(host.check_output("%s %s", str(LAYOUT.command), question))

    return ask


@pytest.fixture(scope="module")
def release(slipway: Callable[[str], Any]) -> str:
    current: str = slipway("release-state")["current"]
    assert current, "no release is live"
    return current


@pytest.fixture(scope="module")
def containers(host: Host, settings: Settings, release: str) -> dict[str, dict[str, Any]]:
    """What Docker says of each container that must run."""
    base, project = layout.BASE_PROJECT, layout.RELEASE_PROJECT.format(release=release)
    counts = {(base, "nginx"): 1, (base, "redis"): int(settings.redis.enabled), (project, "web"): 1,
              }  # fmt: skip
    counts |= {(project, name): one.count for name, one in settings.lasting.items()}
    names: list[str] = []
    for (of, service), count in counts.items():
        label = "label=com.docker.compose"
        found = host.check_output(
            "docker ps --all --filter %s --filter %s --format '{{.Names}}'",
            f"{label}.project={of}", f"{label}.service={service}",
        ).split()  # fmt: skip
        assert len(found) == count, f"{service}: {found}"
        names += found
    shown = host.check_output("docker inspect " + " ".join(names))
    return dict(zip(names, json.loads(shown), strict=True))
