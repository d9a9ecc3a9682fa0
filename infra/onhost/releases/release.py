"""A release: what it runs from, its unit, its socket, and which one is current."""

import errno
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from .. import layout
from ..command import Failure, run, succeeds
from ..config import Host
from ..credentials import secrets
from ..processes import kinds
from ..processes.kinds import Process
from ..services import sockets
from ..services.compose import SECRET_VARIABLES
from ..typed import made, read
from . import history

CONFIG = "release.json"
ENVIRONMENT = SECRET_VARIABLES
ROUTES = "routes.conf"  # its part of nginx' configuration
RELEASE_COMMAND = "release-command"  # a service of its compose project
ONE_OFF = "one-off"  # another one, for a command that an operator runs
RENAMED = {"before": "release_command", "before_limit": "release_command_limit"}  # since 0.1


@dataclass(frozen=True)
class Check:
    """A request that the release must answer as expected."""

    path: str
    status: int = 200
    contains: str = ""


@dataclass(frozen=True)
class ReleaseConfig:
    """What the switch needs to know of a release; it stands in the release's directory."""

    image: str
    server: str
    """uwsgi or gunicorn."""
    start_limit: int
    """Seconds until it must be healthy."""
    release_command: bool
    """Whether the compose project has a service RELEASE_COMMAND, to run once before traffic."""
    static_folder: str
    """Folder of finished static files in the image; empty when there is none."""
    release_command_limit: int = 900
    """Seconds that it may take."""
    health_path: str = "/healthz"
    checks: list[Check] = field(default_factory=list)
    acceptance_image: str = ""
    """What its acceptance tests run in; empty when it has none."""
    acceptance_limit: int = 0
    """Seconds that they may take."""
    secrets_in_environment: dict[str, str] = field(default_factory=dict)
    """Variables, each with the template of its value: ENVIRONMENT is made of them."""
    processes: list[Process] = field(default_factory=kinds.earlier)
    """What runs beside the web server."""

    def of_kind(self, kind: str) -> list[Process]:
        """The processes of a kind."""
        return [one for one in self.processes if one.kind == kind]

    def to_json(self) -> str:
        """The text of the file."""
        return json.dumps(asdict(self), indent=2) + "\n"


def load(host: Host, release: str) -> ReleaseConfig:
    """The configuration of a release. Raises Failure when it is missing or damaged."""
    path = folder(host, release) / CONFIG
    if not path.exists():
        raise Failure(f"there is no release {release} on this host: {path} is missing")
    try:
        data = {RENAMED.get(name, name): value for name, value in read(path).items()}
        for name, kind in {"checks": Check, "processes": Process}.items():
            if isinstance(data.get(name), list):
                data[name] = [made(kind, one) for one in data[name]]
        return made(ReleaseConfig, data)
    except ValueError as error:
        raise Failure(f"{path} cannot be read: {error}") from error


def health_path(host: Host, release: str) -> str:
    """What a probe asks of a release; empty when there is none, or no word of it on the host."""
    try:
        return load(host, release).health_path if release else ""
    except Failure:
        return ""


def processes_of(host: Host, release: str, kind: str = "") -> list[Process]:
    """The processes of a release, or those of a kind.

    Of a release that cannot be read, what each release of an earlier version has.
    """
    try:
        found = load(host, release).processes
    except Failure:
        found = kinds.earlier()
    return [one for one in found if kind in {"", one.kind}]


def current(host: Host) -> str:
    """The id of the release that nginx passes to; empty before the first."""
    try:
        return host.layout.current.readlink().name
    except OSError as error:
        if error.errno in {errno.ENOENT, errno.EINVAL}:  # there is none, or it is no link
            return ""
        raise Failure(f"the current release is not known: {error}") from error


def state(host: Host) -> dict[str, object]:
    """The current release, whether it alone is up, and what one could go back to."""
    name = current(host)
    alone = active(host) == {name}
    up = alone and all(
        succeeds("systemctl", question, "--quiet", unit(name))
        for question in ("is-active", "is-enabled")
    )
    live = history.kept(host, host.config.keep_releases)
    return {
        "current": name,
        "original": history.original(name),
        "up": up,
        "secrets": secrets.version(host),
        "previous": history.previous(host, name),
        "kept": [kept for kept in live if folder(host, kept).exists()],
    }


def active(host: Host) -> set[str]:
    """The releases whose units run or would start with the host, but for those that are ending."""
    return (running() | enabled(host)) - retiring()


def enabled(host: Host) -> set[str]:
    """The releases whose units would start with the host."""
    links = host.layout.wanted_units.glob(unit("*"))
    return {_release_of(link.name, layout.RELEASE_UNIT) for link in links}


def running() -> set[str]:
    """The releases whose units are up, or come up."""
    return _in_state("active,activating,reloading", layout.RELEASE_UNIT)


def retiring() -> set[str]:
    """The releases that finish their work before they are stopped."""
    return _in_state("active,activating,deactivating", layout.RETIRE_UNIT)


def stopping() -> set[str]:
    """The releases that are being stopped."""
    return _in_state("deactivating", layout.RELEASE_UNIT)


def _in_state(states: str, template: str) -> set[str]:
    units = ("systemctl", "list-units", "--plain", "--no-legend", "--state", states)
    shown = run(*units, template.format(release="*"))
    return {_release_of(line.split()[0], template) for line in shown.splitlines() if line.strip()}


def _release_of(unit_name: str, template: str) -> str:
    """The release in a unit's name, which was made of this template."""
    prefix, _, suffix = template.partition("{release}")
    return unit_name.removeprefix(prefix).removesuffix(suffix)


def folder(host: Host, release: str) -> Path:
    """The directory with everything that a release runs from."""
    return host.layout.releases / release


def compose(host: Host, release: str) -> tuple[str | Path, ...]:
    """The words that begin a command of docker compose for a release."""
    return "docker", "compose", "--project-directory", folder(host, release)


def routes(host: Host, release: str) -> Path:
    """The release's part of nginx' configuration."""
    return host.layout.web / release / ROUTES


def socket(host: Host, release: str, server: str) -> Path:
    """The Unix socket that a release's web container listens on."""
    name = sockets.UWSGI if server == "uwsgi" else sockets.HTTP
    return host.layout.web / release / "socket" / name


def unit(release: str) -> str:
    """The systemd unit of a release."""
    return layout.RELEASE_UNIT.format(release=release)


def retire_unit(release: str) -> str:
    """The unit that ends a release."""
    return layout.RETIRE_UNIT.format(release=release)


def project(release: str) -> str:
    """The compose project of a release."""
    return layout.RELEASE_PROJECT.format(release=release)
