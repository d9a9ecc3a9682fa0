"""What a host must be before anything on it is changed."""

import time
from typing import Any

from pyinfra import host, logger
from pyinfra.api import DeployError

from infra.facts.preflight import HostReport
from infra.onhost import layout
from infra.settings import Settings, megabytes

# What is tested: Debian 13. The others are let through with a warning that says so.
TESTED = {("debian", "13")}
LIKELY = {("ubuntu", "24.04"), ("ubuntu", "26.04")}
ARCHITECTURES = {"x86_64", "aarch64"}


def refusals(report: dict[str, Any], settings: Settings, now: float) -> list[str]:
    """Why a host of this report cannot be deployed to, each with what to do; `now` in seconds."""
    found = []
    if report["sudo"] != "yes":
        found.append(
            f"the user {report['user']} cannot use sudo without a password:"
            " grant NOPASSWD in /etc/sudoers.d, or install sudo"
        )
    system = (report["distribution"], report["version"])
    if system not in TESTED | LIKELY:
        found.append(f"runs {' '.join(system)}: Slipway needs Debian 13")
    if report["architecture"] not in ARCHITECTURES:
        found.append(
            f"has the architecture {report['architecture']}: Slipway needs x86_64 or aarch64"
        )
    found += _shortages(report, settings)
    if abs(report["clock"] - now) > settings.preflight.clock_difference:
        found.append(
            f"its clock differs from this machine's by {abs(report['clock'] - now):.0f} s:"
            " set it, for example with timedatectl set-ntp true"
        )
    for port, owner in report["ports"].items():
        if owner != str(layout.NGINX_UID):
            found.append(
                f"port {port} is taken by {report['owners'].get(port, 'another process')}:"
                " stop and disable it, or set nginx.http_port and nginx.https_port"
            )
    return found


def _shortages(report: dict[str, Any], settings: Settings) -> list[str]:
    found = []
    disk, memory = settings.preflight.free_disk, settings.preflight.memory
    if not report["deployed"] and report["disk"] < megabytes(disk):
        found.append(
            f"has {report['disk']} MB free on the disk of /var/lib, needs {disk}: make room,"
            " or lower preflight.free_disk"
        )
    if report["memory"] < megabytes(memory):
        found.append(
            f"has {report['memory']} MB of memory, needs {memory}: take a larger host,"
            " or lower preflight.memory and the memory of web, worker and redis"
        )
    return found


def warnings(report: dict[str, Any], settings: Settings) -> list[str]:
    """What may well be right, and is said all the same."""
    found = []
    system = (report["distribution"], report["version"])
    if system in LIKELY:
        found.append(f"runs {' '.join(system)}: Slipway is not tested there")
    resolved, own = set(report["resolved"]), set(report["addresses"])
    if not resolved:
        found.append(f"{settings.domain} does not resolve: no public CA can issue a certificate")
    elif not resolved & own:
        found.append(
            f"{settings.domain} resolves to {', '.join(sorted(resolved))}, the host has"
            f" {', '.join(sorted(own))}: this is correct only behind NAT"
            " or a load balancer"
        )
    return found


def check(settings: Settings) -> str:
    """The distribution of a host that can be deployed to.

    Raises DeployError, with a line for each reason, for a host that cannot.
    """
    report = ask(settings)
    for line in warnings(report, settings):
        logger.warning(f"{host.print_prefix}{line}")
    if lines := refusals(report, settings, time.time()):
        told = [f"{host.name}: {line}" for line in lines]
        raise DeployError("\n".join([*told, "Nothing was changed."]))
    distribution: str = report["distribution"]
    return distribution


def ask(settings: Settings) -> dict[str, Any]:
    """The host's report of itself."""
    ports = (settings.nginx.http_port, settings.nginx.https_port)
    # Whether sudo works is one of the questions.
    report: dict[str, Any] | None = host.get_fact(
        HostReport, domain=settings.domain, ports=ports, _sudo=False, _ignore_errors=True
    )
    if report is None:
        raise DeployError(
            f"{host.name}: the login shell of the SSH user runs no commands; what it said is above:"
            " log in as another user, or give this one a shell by chsh. Nothing was changed."
        )
    return report
