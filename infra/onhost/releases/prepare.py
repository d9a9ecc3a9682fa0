"""What a release needs before it can be tried: its secrets, its own command, its web server."""

import shutil

from .. import layout
from ..command import Failure, replace, run, say, succeeds
from . import release, retire

LINES = 20  # of what the release command said


def keep_secrets(new: str) -> None:
    """A release keeps the secrets it started with, so that going back takes them along."""
    kept = release.folder(new) / "secrets"
    if kept.exists():
        return
    copying = kept.with_name(".secrets.new")
    shutil.rmtree(copying, ignore_errors=True)
    copying.mkdir(mode=0o700)
    for secret in layout.SECRETS.iterdir():
        replace(copying / secret.name, secret.read_bytes(), 0o440, layout.APP_UID)
    copying.rename(kept)


def run_command(new: str, limit: int) -> None:
    """Runs the release's own command, and shows what it says; it ends with its time at the latest.

    Its container ends with it: docker's client, which has that time, leaves it behind.
    """
    say("running the release command")
    end = ("docker", "rm", "--force", layout.RELEASE_COMMAND_CONTAINER)
    succeeds(*end)  # a killed switch may have left one
    try:
        service = release.RELEASE_COMMAND
        once = ("run", "--rm", "--name", layout.RELEASE_COMMAND_CONTAINER, service)
        project = ("--project-directory", release.folder(new), "--profile", service)
        said = run("docker", "compose", *project, *once, timeout=limit, both=True)
    except Failure as failure:
        raise Failure(f"the release command failed: {failure}") from failure
    finally:
        succeeds(*end)
    for line in said.splitlines()[-LINES:]:
        say(line)


def start_web(new: str) -> None:
    """Starts what can be tried without taking a job of users'."""
    retire.cancel(new)
    run("docker", "compose", "--project-directory", release.folder(new), "up", "--detach", "web")
