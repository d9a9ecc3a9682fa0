"""Make a release live by the switch on the host, or go back to an older one."""

import json
import shlex
from collections.abc import Generator
from typing import Any

import pyinfra
from pyinfra import host
from pyinfra.api import DeployError, StringCommand

from infra.facts.slipway import SlipwayAnswer, SlipwayState
from infra.hostfile import HostFile, digest, directory, text
from infra.onhost import layout, manifest
from infra.onhost.layout import LAYOUT
from infra.onhost.releases.release import ROUTES
from infra.operations import slipway, whole_files
from infra.operations.operation import operation


def switch_command(release: str, kind: str, by: str, revision: str) -> str:
    """The command that runs the switch as a unit of its own: a lost connection does not stop it.

    What the switch says goes to the journal, and from there to the operator.
    """
    unit = layout.SWITCH_UNIT
    words = ["switch", release, "--kind", kind, "--by", by, "--revision", revision]
    run = f"systemd-run --quiet --collect --wait --unit {unit} {LAYOUT.command} {shlex.join(words)}"
    told = (
        f"journalctl --quiet --all --output cat --identifier slipway --unit {unit} --since @$began"
    )
    busy = (
        f"systemctl is-active --quiet {unit} &&"
        f' {{ echo "another change of this host is under way: $(cat {LAYOUT.lock})" >&2; exit 1; }}'
    )
    return f"{busy}; began=$(date +%s); {run}; result=$?; {told} >&2; exit $result"


def placed(files: list[HostFile], release: str) -> list[HostFile]:
    """The files of a release where they belong, with the file that names it."""
    folder, web = LAYOUT.releases / release, LAYOUT.web / release
    moved = [
        HostFile(
            f"{web if f.path == ROUTES else folder}/{f.path}", f.content, f.mode, f.user, f.group
        )
        for f in files
    ]
    found = [
        directory(folder, "700"),
        directory(web),
        directory(web / "socket", "2770", layout.APP_UID, layout.WEB_SOCKET_GID),
        directory(web / "spool", "700", layout.APP_UID, layout.APP_UID),
        text(folder / ".env", f"RELEASE={release}\n"),
        *moved,
    ]
    return [*found, text(folder / manifest.NAME, states(found), "600")]


def states(files: list[HostFile]) -> str:
    """The text of a release's manifest: the state of each of its files."""
    return json.dumps({file.path: file.state() for file in files}, indent=1) + "\n"


@operation()
def deploy(
    files: list[HostFile], by: str, revision: str
) -> Generator[StringCommand | str, None, None]:
    """The release of these files and the host's secrets is the current one.

    `files` have paths relative to the release's directory. Same files, same secrets: no release.
    """
    # A plan may be made of a blank host; what is done is not done on a guess.
    fact = SlipwayAnswer if pyinfra.state.is_executing else SlipwayState
    found = host.get_fact(fact, question="release-state")
    # pyinfra takes what looks like a number (12e4) in `--data release=ID` for one: no id does.
    release = "r" + digest(files, found.get("secrets", ""))
    # A restart has made a copy of the release under another name.
    if found.get("original", found.get("current")) == release and found.get("up"):
        if found.get("differences"):  # what runs from these files is mended at the end
            yield from whole_files.replace._inner(placed(files, found["current"]))
        else:
            host.noop(f"release {release} is live")
        return
    yield from whole_files.replace._inner(placed(files, release))
    yield from _switch(release, "deploy", by, revision)


def chosen(wanted: str, found: dict[str, Any]) -> str:
    """The release to go back to: the one that is wanted, else the one before the current.

    `found` is the host's release-state. Raises DeployError when the host keeps no such release.
    """
    current, kept = found.get("current"), found.get("kept", [])
    target = wanted or found.get("previous", "")
    if target not in kept or target == current:
        others = ", ".join(name for name in kept if name != current)
        raise DeployError(
            f"cannot go back to {target or 'an older release'}:"
            f" this host keeps {others or 'no other'}"
        )
    return str(target)


@operation(is_idempotent=False)
def roll_back(release: str, by: str, revision: str) -> Generator[str, None, None]:
    """An older release that the host keeps is live again, whole."""
    yield from _switch(release, "rollback", by, revision)


def _switch(release: str, kind: str, by: str, revision: str) -> Generator[str, None, None]:
    yield switch_command(release, kind, by, revision)
    slipway.tell("history --last 1")
