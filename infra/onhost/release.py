"""A release: its directory, its unit, its socket, and which one is current."""

from pathlib import Path

from . import layout, secrets
from .command import succeeds
from .config import HostConfig


def current() -> str:
    """The id of the release that nginx passes to; empty before the first."""
    try:
        return layout.CURRENT_SOCKET.readlink().stem
    except OSError:
        return ""


def state(config: HostConfig) -> dict[str, object]:
    """The current release, whether its unit is up and enabled, and the version of the secrets."""
    unit = layout.RELEASE_UNIT.format(release=current())
    up = bool(current()) and all(
        succeeds("systemctl", question, "--quiet", unit) for question in ("is-active", "is-enabled")
    )
    return {"current": current(), "up": up, "secrets": secrets.version(config)}


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
