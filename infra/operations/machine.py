"""Units, trust, dockerd and certbot of a host; each operation asks one fact first."""

import base64
import shlex
from collections.abc import Generator, Mapping
from pathlib import Path

from pyinfra import host
from pyinfra.api import StringCommand

from infra.facts.machine import (
    DockerStale,
    ExtraTrust,
    UnitStates,
)
from infra.facts.slipway import SlipwayState
from infra.onhost.layout import LAYOUT
from infra.operations.operation import operation

Commands = Generator[StringCommand | str, None, None]

PIP_SECONDS = 900  # that another pip may take


@operation()
def start_units(names: list[str], start: list[str]) -> Commands:
    """systemd has read the units' files; those to `start` are enabled and active."""
    states = host.get_fact(UnitStates, names=tuple(names))
    if any(state["NeedDaemonReload"] == "yes" for state in states.values()):
        yield "systemctl daemon-reload"
    wanted = {"ActiveState": "active", "UnitFileState": "enabled"}
    off = [name for name in start if not wanted.items() <= states.get(name, {}).items()]
    if off:
        yield f"systemctl enable --now --quiet {' '.join(map(shlex.quote, off))}"
    else:
        host.noop(f"{len(start)} units are enabled and active")


@operation()
def trust_authorities(names: list[str]) -> Commands:
    """The system's CA bundle holds the named files of Slipway, and no others of it."""
    found = host.get_fact(ExtraTrust)
    surplus = sorted(found.get("names", set()) - set(names))
    if surplus:
        paths = (shlex.quote(str(LAYOUT.ca_certificates / name)) for name in surplus)
        yield f"rm --force {' '.join(paths)}"
    if surplus or found.get("stale"):
        yield "update-ca-certificates --fresh"
    else:
        host.noop("the CA bundle is up to date")


@operation()
def start_docker(files: list[str]) -> Commands:
    """dockerd runs, and began after the given files changed; containers live on meanwhile."""
    if host.get_fact(DockerStale, files=tuple(files)):
        # A reload first: should it run without live-restore, it keeps containers from then on.
        yield ("systemctl enable --quiet docker; systemctl reload docker; systemctl restart docker")
    else:
        host.noop("dockerd runs with its configuration")


def venv_command(
    folder: Path, requirements: bytes, environment: Mapping[str, str]
) -> StringCommand:
    """The command that makes a virtual environment of locked packages and links it last."""
    variables = "".join(f" {name}={shlex.quote(value)}" for name, value in environment.items())
    new = LAYOUT.certbot.with_name(".certbot.new")
    busy = "another pip installs certbot on this host and has not ended: pgrep -af pip shows it"
    wait = f"flock --wait {PIP_SECONDS} 9 || {{ echo {shlex.quote(busy)} >&2; exit 1; }}"
    return StringCommand(
        # The last deploy's pip may run yet, though its connection was lost: it has the lock.
        f"set -e; exec 9>{LAYOUT.certbot_lock}; {wait}; python3 -m venv --clear {folder};"
        f" base64 --decode > {folder}/requirements.txt;"
        f"{variables} PIP_CERT={LAYOUT.ca_bundle} {folder}/bin/pip install --quiet --no-cache-dir"
        " --disable-pip-version-check --only-binary :all: --require-hashes"
        f" --requirement {folder}/requirements.txt;"
        f" ln --symbolic --force --no-dereference {folder} {new};"
        f" mv --no-target-directory {new} {LAYOUT.certbot}",
        _stdin=base64.b64encode(requirements).decode(),
    )


@operation()
def install_certbot(folder: Path, requirements: bytes, environment: Mapping[str, str]) -> Commands:
    """certbot stands in a virtual environment of its own, from locked packages.

    `environment` names the proxy, if there is one.
    """
    found = host.get_fact(SlipwayState, question="environments-state")
    if found.get("certbot") == str(folder) and str(folder) not in found.get("broken", []):
        host.noop("certbot is installed")
        return
    yield venv_command(folder, requirements, environment)
