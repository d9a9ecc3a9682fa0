"""Put a tree of files as a whole: a directory for each version, and a link that moves last."""

import shlex
from collections.abc import Generator
from pathlib import Path

from pyinfra import host
from pyinfra.api import StringCommand

from infra.facts.machine import LinkTarget
from infra.hostfile import HostFile
from infra.operations import whole_files
from infra.operations.operation import operation

# Moves the link $1 to the version $2. Then removes the versions beside it, but for the one before
# and those that a running process has in its environment: it may read more of its files.
MOVE = """
set -e
before=$(readlink "$1") || before=none
ln --symbolic --force --no-dereference "$2" "$1.new"
mv --no-target-directory "$1.new" "$1"
for version in "$(dirname "$1")"/*; do
    if [ -L "$version" ] || [ "$version" = "$2" ] || [ "$version" = "$before" ]; then continue; fi
    if ! grep --quiet --text --fixed-strings "$version" /proc/[0-9]*/environ 2>/dev/null; then
        rm --recursive --force "$version"
    fi
done
"""


def move_command(link: Path, version: Path) -> str:
    """The command that makes this version the current one."""
    return f"sh -c {shlex.quote(MOVE)} sh {shlex.quote(str(link))} {shlex.quote(str(version))}"


@operation()
def install(
    files: list[HostFile], version: Path, link: Path
) -> Generator[StringCommand | str, None, None]:
    """The files stand under `version`, and `link` leads to it once all are there."""
    current = host.get_fact(LinkTarget, path=str(link))
    yield from whole_files.replace._inner(files)
    if current != str(version):
        yield move_command(link, version)
