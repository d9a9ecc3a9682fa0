"""What a release needs before it can be tried: its secrets, its own command, its web server."""

import shutil
from pathlib import Path

from .. import layout
from ..command import Failure, last_lines, replace, run, say, succeeds
from ..config import Host
from ..credentials import environment
from ..diagnosis import python_errors
from ..processes import singles
from ..processes.kinds import LASTING, SINGLE
from . import release, retire

LINES = 20  # of the release command's output
QUIET = ("--progress", "quiet")  # compose itself


def keep_secrets(host: Host, new: str) -> None:
    """A release keeps the secrets it started with, so that going back takes them along."""
    kept = release.folder(host, new) / "secrets"
    if not kept.exists():
        _copy_secrets(host, kept)
    put_variables(host, new)


def _copy_secrets(host: Host, kept: Path) -> None:
    copying = kept.with_name(".secrets.new")
    shutil.rmtree(copying, ignore_errors=True)
    copying.mkdir(mode=0o700)
    for secret in host.layout.secrets.glob("[!.]*"):  # with a dot: a writer is at work
        replace(copying / secret.name, secret.read_bytes(), 0o440, layout.APP_UID)
    copying.rename(kept)


def put_variables(host: Host, name: str) -> None:
    """Writes the file of the variables with secrets in them, for root alone, if there are any."""
    if not has_variables(host, name):
        replace(release.folder(host, name) / release.ENVIRONMENT, _variables(host, name), 0o600)


def has_variables(host: Host, name: str) -> bool:
    """Whether that file is as the release's templates and secrets say."""
    file = release.folder(host, name) / release.ENVIRONMENT
    return (file.read_bytes() if file.exists() else b"") == _variables(host, name)


def _variables(host: Host, name: str) -> bytes:
    """What stands in it. Raises Failure when a variable cannot be made."""
    secrets = release.folder(host, name) / "secrets"
    found = {path.name: path.read_bytes() for path in secrets.glob("[!.]*")}
    try:
        return environment.text(release.load(host, name).secrets_in_environment, found)
    except ValueError as error:
        raise Failure(f"{error} (app.secrets_in_environment)") from None


def run_command(host: Host, new: str, limit: int) -> None:
    """Runs the release command and shows its output; it ends within `limit` seconds.

    Its container ends with it: docker's client, which has that time, leaves it behind.
    """
    say("running the release command")
    end = ("docker", "rm", "--force", layout.RELEASE_COMMAND_CONTAINER)
    succeeds(*end)  # a killed switch may have left one
    service = release.RELEASE_COMMAND
    once = ("run", "--rm", "--name", layout.RELEASE_COMMAND_CONTAINER)
    words = (*release.compose(host, new), *QUIET, "--profile", service, *once, service)
    try:
        code, said = last_lines(*words, limit=limit, lines=LINES)
    finally:
        succeeds(*end)
    if code != 0:
        raise Failure("\n".join([_reason(code, limit, said), *said]))
    for line in said:
        say(line)


def _reason(code: int | None, limit: int, said: list[str]) -> str:
    """In one line why the release command failed."""
    if code is None:
        return f"app.release_command was not finished after {limit} s (app.release_command_limit)"
    error = python_errors.last(said)
    last = error.summary if error else next((line for line in reversed(said) if line.strip()), "")
    return f"app.release_command failed: exit code {code}: {last or 'it said nothing'}"


def start(host: Host, name: str) -> None:
    """What the unit of a release starts: all that lasts.

    What must never run twice is left to the switch, unless the release is the current one.
    """
    known = release.processes_of(host, name)
    lasting = [one.name for one in known if one.kind in LASTING and one.kind != SINGLE]
    run(*release.compose(host, name), "up", "--detach", "--remove-orphans", "web", *lasting)
    if release.current(host) == name:
        singles.start(host, name, [one.name for one in known if one.kind == SINGLE])


def start_web(host: Host, new: str) -> None:
    """Starts what can be tried without taking a job of users'."""
    retire.cancel(host, new)
    run(*release.compose(host, new), "up", "--detach", "web")
