"""What a host must be before anything on it is changed."""

import time
from typing import Any

from pyinfra import host, logger
from pyinfra.api import DeployError

from infra.facts.engine import Engine, EngineReport
from infra.facts.preflight import HostReport
from infra.preflight import engine, machine
from infra.settings import Settings
from infra.settings.dockerd import wanted


def check(settings: Settings) -> list[str]:
    """The Debian packages that a host needs which can be deployed to.

    Raises DeployError, with a line for each reason, for a host that cannot.
    """
    report = ask(settings)
    for line in machine.warnings(report, settings):
        logger.warning(f"{host.print_prefix}{line}")
    lines = machine.refusals(report, settings, time.time())
    docker = Engine()
    if report["sudo"] == "yes":
        docker = host.get_fact(EngineReport)
        lines += engine.refusals(docker, wanted(settings), ports(settings))
    if lines:
        told = [f"{host.name}: {line}" for line in lines]
        raise DeployError("\n".join([*told, "Nothing was changed."]))
    return engine.packages(docker, report["distribution"])


def ports(settings: Settings) -> tuple[int, ...]:
    """nginx' ports, the one of HTTPS last."""
    return (settings.nginx.http_port, settings.nginx.https_port)


def ask(settings: Settings) -> dict[str, Any]:
    """The host's report of itself."""
    data = settings.docker.data_root or "/var/lib"
    # Whether sudo works is one of the questions.
    report: dict[str, Any] | None = host.get_fact(
        HostReport,
        domain=settings.domain,
        ports=ports(settings),
        data=data,
        _sudo=False,
        _ignore_errors=True,
    )
    if report is None:
        raise DeployError(
            f"{host.name}: the login shell of the SSH user runs no commands; what it said is above:"
            " log in as another user, or give this one a shell by chsh. Nothing was changed."
        )
    return report
