"""Make a release live by the switch on the host."""

from collections.abc import Generator

from pyinfra import host
from pyinfra.api import StringCommand, operation

from infra.facts.host import SlipwayState
from infra.hostfile import HostFile, digest, directory, text
from infra.onhost import layout
from infra.operations.files import put


def switch_command(release: str) -> str:
    """The command that runs the switch as a unit of its own: a lost connection does not stop it.

    What the switch says goes to the journal, and from there to the operator.
    """
    unit = layout.SWITCH_UNIT
    run = f"systemd-run --quiet --collect --wait --unit {unit} {layout.COMMAND} switch {release}"
    told = f"journalctl --quiet --output cat --identifier slipway --unit {unit} --since @$began"
    return f"began=$(date +%s); {run}; result=$?; {told} >&2; exit $result"


def placed(files: list[HostFile], release: str) -> list[HostFile]:
    """The files of a release in its directory, with the file that names it."""
    folder = layout.RELEASES / release
    named = text(folder / ".env", f"RELEASE={release}\n")
    moved = [HostFile(f"{folder}/{f.path}", f.content, f.mode, f.user, f.group) for f in files]
    return [directory(folder, "700"), named, *moved]


@operation()
def live(files: list[HostFile]) -> Generator[StringCommand | str, None, None]:
    """The release of these files and the host's secrets is the current one.

    `files` have paths relative to the release's directory. Same files, same secrets: no release.
    """
    found = host.get_fact(SlipwayState, question="release-state")
    release = digest(files, found.get("secrets", ""))
    if found.get("current") == release and found.get("up"):
        host.noop(f"release {release} is live")
        return
    yield from put._inner(placed(files, release))
    yield switch_command(release)
