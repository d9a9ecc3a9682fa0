"""What a release needs before it can be tried: its secrets, its own command, its web server."""

import shutil

from .. import layout
from ..command import Failure, replace, run, say, succeeds
from ..config import Host
from . import release, retire

LINES = 20  # of the release command's output


def keep_secrets(host: Host, new: str) -> None:
    """A release keeps the secrets it started with, so that going back takes them along."""
    kept = release.folder(host, new) / "secrets"
    if kept.exists():
        return
    copying = kept.with_name(".secrets.new")
    shutil.rmtree(copying, ignore_errors=True)
    copying.mkdir(mode=0o700)
    for secret in host.layout.secrets.glob("[!.]*"):  # with a dot: a writer is at work
        replace(copying / secret.name, secret.read_bytes(), 0o440, layout.APP_UID)
    copying.rename(kept)


def run_command(host: Host, new: str, limit: int) -> None:
    """Runs the release command and shows its output; it ends within `limit` seconds.

    Its container ends with it: docker's client, which has that time, leaves it behind.
    """
    say("running the release command")
    end = ("docker", "rm", "--force", layout.RELEASE_COMMAND_CONTAINER)
    succeeds(*end)  # a killed switch may have left one
    service = release.RELEASE_COMMAND
    once = ("run", "--rm", "--name", layout.RELEASE_COMMAND_CONTAINER)
    words = (*release.compose(host, new), "--profile", service, *once, service)
    try:
        said = run(*words, timeout=limit, both=True)
    except Failure as failure:
        raise Failure(f"the release command failed: {failure}") from failure
    finally:
        succeeds(*end)
    for line in said.splitlines()[-LINES:]:
        say(line)


def start_web(host: Host, new: str) -> None:
    """Starts what can be tried without taking a job of users'."""
    retire.cancel(host, new)
    run(*release.compose(host, new), "up", "--detach", "web")
