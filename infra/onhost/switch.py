"""The switch: nginx passes to a new release, and only once that one is healthy.

Every step before the link moves leaves the old release serving; a failure stops the new one again.
"""

import os
import shutil
import time
from pathlib import Path

from . import layout, nginx, release, uwsgi
from .command import Failure, lock, replace, run, say, succeeds
from .config import HostConfig

POLL_SECONDS = 0.1
LOG_LINES = "30"


def switch(new: str, config: HostConfig) -> None:
    """Makes `new` the current release. Raises Failure, with the old one serving, if that fails."""
    with lock():
        began = time.monotonic()
        _keep_secrets(new)
        try:
            _start(new)
            _wait_until_healthy(new, config)
            _put_site(new)
        except Failure:
            _give_up(new)
            raise
        others = [other for other in release.known() if other != new]
        for other in others:
            _stop_fetching(other)
        _point_nginx_to(new)
        run("systemctl", "enable", "--quiet", release.unit(new))
        for other in others:
            _retire(other)
        say(f"release {new} is live after {time.monotonic() - began:.1f} s")


def _keep_secrets(new: str) -> None:
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


def _start(new: str) -> None:
    say(f"starting release {new}")
    run("systemctl", "start", release.unit(new))


def _wait_until_healthy(new: str, config: HostConfig) -> None:
    say(f"waiting for {config.health_path} of release {new}")
    deadline = time.monotonic() + config.start_limit
    answer = "no answer"
    while time.monotonic() < deadline:
        try:
            status = uwsgi.get(str(release.socket(new)), config.health_path, config.domain)
        except OSError as error:
            answer = str(error)
        else:
            if status == 200:
                return
            answer = f"{config.health_path} answered {status}"
        time.sleep(POLL_SECONDS)
    raise Failure(f"release {new} is not healthy after {config.start_limit} s: {answer}")


def _put_site(new: str) -> None:
    """Gives nginx the release's site; the old site comes back when nginx refuses the new one."""
    site = layout.SITE / "site.conf"
    before = site.read_bytes() if site.exists() else None
    replace(site, (release.folder(new) / "site.conf").read_bytes())
    try:
        nginx.check()
    except Failure:
        if before is None:
            site.unlink()
        else:
            replace(site, before)
        raise


def _stop_fetching(old: str) -> None:
    """Old workers finish their job and take no other: a first SIGTERM is a warm shutdown."""
    filters = [f"project={release.project(old)}", "service=worker"]
    labels = [word for name in filters for word in ("--filter", f"label=com.docker.compose.{name}")]
    workers = run("docker", "ps", "--quiet", *labels).split()
    if workers:
        run("docker", "kill", "--signal", "TERM", *workers)


def _point_nginx_to(new: str) -> None:
    """Renames the link over the old one: each connection of nginx meets the one or the other."""
    link = layout.CURRENT_SOCKET.with_name(".current.new")
    link.unlink(missing_ok=True)
    link.symlink_to(release.socket(new).name)
    link.rename(layout.CURRENT_SOCKET)
    _sync(layout.WEB_SOCKETS)
    nginx.reload()


def _retire(old: str) -> None:
    """Stops the old release in the background: its jobs may take as long as they are allowed to."""
    run("systemctl", "disable", "--quiet", release.unit(old))
    run("systemctl", "stop", "--no-block", release.unit(old))


def _give_up(new: str) -> None:
    serving = release.current()
    if new == serving:
        return  # it serves, however badly: there is nothing better to go back to
    told = run("journalctl", "--quiet", "--output", "cat", "--lines", "5", "--unit",
               release.unit(new))  # fmt: skip
    logged = run("docker", "compose", "--project-directory", release.folder(new), "logs",
                 "--no-color", "--tail", LOG_LINES)  # fmt: skip
    say(f"the last lines of release {new}:\n{told}{logged.rstrip()}")
    if not succeeds("systemctl", "stop", release.unit(new)):
        say(f"{release.unit(new)} did not stop: see systemctl status {release.unit(new)}")
    succeeds("systemctl", "reset-failed", release.unit(new))  # what failed has been shown
    say(f"release {serving} serves on" if serving else "no release serves yet")


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
