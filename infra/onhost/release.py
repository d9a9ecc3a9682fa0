"""A release: its directory, its unit, its socket, and which one is current."""

from pathlib import Path

from . import layout, secrets
from .command import run, succeeds
from .config import HostConfig


def current() -> str:
    """The id of the release that nginx passes to; empty before the first."""
    try:
        return layout.CURRENT_SOCKET.readlink().stem
    except OSError:
        return ""


def state(config: HostConfig) -> dict[str, object]:
    """The current release, whether its unit is up and enabled, and the version of the secrets."""
    name = current()
    alone = known() == {name}
    up = alone and all(
        succeeds("systemctl", question, "--quiet", unit(name))
        for question in ("is-active", "is-enabled")
    )
    return {"current": name, "up": up, "secrets": secrets.version(config)}


def known() -> set[str]:
    """The releases whose units run or would start with the host, but for those being stopped."""
    pattern = unit("*")
    running = run("systemctl", "list-units", "--plain", "--no-legend", "--state",
                  "active,activating,reloading", pattern)  # fmt: skip
    units = {line.split()[0] for line in running.splitlines() if line.strip()}
    units |= {link.name for link in layout.WANTED_UNITS.glob(pattern)}
    prefix, suffix = unit("\n").split("\n")
    return {name.removeprefix(prefix).removesuffix(suffix) for name in units}


def folder(release: str) -> Path:
    """The directory with everything that a release runs from."""
    return layout.RELEASES / release


def socket(release: str) -> Path:
    """The Unix socket that a release's web container listens on."""
    return layout.WEB_SOCKETS / f"{release}.sock"


def unit(release: str) -> str:
    """The systemd unit of a release."""
    return layout.RELEASE_UNIT.format(release=release)


def project(release: str) -> str:
    """The compose project of a release."""
    return layout.RELEASE_PROJECT.format(release=release)
