"""Put many files in one remote command, each replaced as a whole."""

import base64
import shlex
from collections.abc import Generator, Iterable

from pyinfra import host
from pyinfra.api import StringCommand

from infra.facts.file_states import FileStates
from infra.hostfile import HostFile, archive
from infra.operations.operation import operation

# Everything is unpacked beside its target's file system root in a directory of root's alone, then
# renamed into place: no half-written file, and no secret that others can read for a moment.
UNPACK = (
    "set -e; umask 077; staging=$(mktemp -d /opt/.slipway-XXXXXX);"
    " trap 'rm -rf \"$staging\"' EXIT; trap 'exit 1' HUP INT TERM;"
    " base64 --decode | tar --extract --gzip --touch --same-owner --preserve-permissions"
    ' --directory "$staging"; cd "$staging"; find . -type f -printf \'%P\\n\' |'
    ' while IFS= read -r path; do (umask 022; mkdir -p "/$(dirname "$path")");'
    ' mv --force --no-target-directory "$path" "/$path"; done'
)

AT_ONCE = 100  # paths in a command: a login shell may bound the length of a word


def unpack_command(files: Iterable[HostFile]) -> StringCommand:
    """The command that puts the files; their content travels on its standard input."""
    return StringCommand(
        "sh", "-c", shlex.quote(UNPACK), _stdin=base64.b64encode(archive(files)).decode()
    )


def directory_command(file: HostFile) -> str:
    """The command that makes one directory with its mode and owner."""
    owner = f"--mode {file.mode} --owner {file.user} --group {file.group}"
    return f"install --directory {owner} {shlex.quote(file.path)}"


@operation()
def replace(files: list[HostFile]) -> Generator[StringCommand, None, None]:
    """Files and directories stand as given: content, mode and owner; nothing else is touched."""
    paths = [file.path for file in files]
    states: dict[str, str] = {}
    for first in range(0, len(paths), AT_ONCE):
        some = tuple(paths[first : first + AT_ONCE])
        found: dict[str, str] = host.get_fact(FileStates, paths=some)
        states |= found
    wrong = [file for file in files if states.get(file.path) != file.state()]
    if not wrong:
        host.noop(f"{len(files)} files are in place")
        return
    directories = [file for file in wrong if file.content is None]
    contents = [file for file in wrong if file.content is not None]
    if directories:
        yield StringCommand(" && ".join(map(directory_command, directories)))
    if contents:
        yield unpack_command(contents)
