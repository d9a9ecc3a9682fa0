"""What a machine must be: system, rights, disk, memory, clock, ports, accounts, names."""

from ipaddress import ip_address
from typing import Any

from infra.facts.preflight import LEAST
from infra.onhost import layout
from infra.onhost.layout import LAYOUT
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
    return found + _ports(report, settings) + _foreign(report)


def _ports(report: dict[str, Any], settings: Settings) -> list[str]:
    """Ports that somebody else listens on; nginx is known by its user."""
    found = [
        f"port {port} is taken by {report['owners'].get(port) or 'another process'}:"
        " stop and disable it, or set nginx.http_port and nginx.https_port"
        for port, owner in report["ports"].items()
        if owner != str(layout.NGINX_UID)
    ]
    if settings.tls.http3 and report["udp"] not in {"", str(layout.NGINX_UID)}:
        found.append(
            f"UDP port {settings.nginx.https_port} is taken by another process: stop it,"
            " or set tls.http3 to False"
        )
    return found


def _foreign(report: dict[str, Any]) -> list[str]:
    """What a host with a history may have, and Slipway cannot do with."""
    found = []
    if report["systemd"] != "yes":
        found.append("does not run systemd: Slipway needs it")
    if report["noexec"]:
        found.append("forbids to run programs in /opt (noexec): remount it, and correct /etc/fstab")
    if not report["deployed"]:  # else they came later, and what runs must not be refused
        found += [
            f"the {kind} {name} has the number {number}, which Slipway's containers use:"
            f" give it another, for example with {program} {name}"
            for kind, name, number, program in (
                *(("user", *entry, "usermod --uid NUMBER") for entry in report["accounts"]),
                *(("group", *entry, "groupmod --gid NUMBER") for entry in report["groups"]),
            )
        ]
    return found


def _shortages(report: dict[str, Any], settings: Settings) -> list[str]:
    found = []
    disk, memory = settings.preflight.free_disk, settings.preflight.memory
    where = settings.docker.data_root or "/var/lib"
    if not report["deployed"] and report["disk"] < megabytes(disk):
        found.append(
            f"has {report['disk']} MB free on the disk of {where}, needs {disk}: make room,"
            " or lower preflight.free_disk"
        )
    found += [
        f"has {free} MB free on the disk of {path}, and every deploy needs {LEAST}: free disk space"
        for path, free in report["full"]
        if report["deployed"]
    ]
    found += [
        f"{path} is read-only: mount -o remount,rw $(findmnt -no TARGET -T {path}) on the host;"
        " dmesg there says why"
        for path in report["readonly"]
    ]
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
    return found + _names(report, settings) + _neighbours(report, settings)


def _names(report: dict[str, Any], settings: Settings) -> list[str]:
    """Whether the name leads here. The host's own /etc/hosts may say so of itself alone."""
    resolved, own = set(report["resolved"]), set(report["addresses"])
    if any(ip_address(address).is_loopback for address in resolved):
        return []
    if not resolved:
        return [f"{settings.domain} does not resolve: no public CA can issue a certificate"]
    found = []
    if not resolved & own:
        found.append(
            f"{settings.domain} resolves to {', '.join(sorted(resolved))}, the host has"
            f" {', '.join(sorted(own))}: this is correct only behind NAT"
            " or a load balancer"
        )
    return found


def _neighbours(report: dict[str, Any], settings: Settings) -> list[str]:
    """What others on the host do that will not go together with the site."""
    ports = (settings.nginx.http_port, settings.nginx.https_port)
    found = [
        f"certbot renews {name} with its own web server on port 80, which nginx takes: give it"
        f" the webroot, with certbot reconfigure --cert-name {name} --webroot"
        f" --webroot-path {LAYOUT.webroot}"
        for name in report["standalone"]
        if 80 in ports
    ]
    if report["ufw"]:
        closed = [port for port in ports if str(port) not in report["ufw"].split()]
        found += [
            f"ufw is active and has no rule for port {port}: open it, with ufw allow {port}/tcp"
            for port in closed
        ]
    return found
