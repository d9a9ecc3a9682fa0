"""A fresh start of the current release, without a failed request; or of its workers alone."""

import argparse
import subprocess
import time

from .. import layout
from ..command import Failure, run, say, succeeds
from ..config import Host
from ..locks import lock
from ..releases import history, release, workers

FLUSH_SECONDS = 0.5  # until the journal's last lines are shown
WORKER = "worker"


def restart(host: Host, arguments: argparse.Namespace) -> int:
    """Restarts the release, or its workers; the exit code. Raises Failure when that is refused."""
    purpose = f"restart by {arguments.by or 'root'}"
    with lock(host.layout.deploy_lock, purpose):
        if arguments.process == WORKER:
            with lock(host.layout.lock, purpose):
                _restart_workers(host)
            return 0
        return _restart_release(arguments.by)


def _restart_workers(host: Host) -> None:
    """Each worker ends after its job; another one takes its place at once."""
    name = release.current(host)
    if not name:
        raise Failure("no release is live: deploy first")
    began = time.monotonic()
    workers.stop_fetching(host, name)
    workers.complete(host, name)
    workers.wait_until_healthy(host, name, release.load(host, name).start_limit)
    say(f"new workers of release {name} take jobs after {time.monotonic() - began:.1f} s;")
    say("the old ones end when their jobs have ended")


def _restart_release(by: str) -> int:
    """A switch to a copy of the release, in a unit of its own: a lost connection ends it not."""
    unit = layout.SWITCH_UNIT
    if succeeds("systemctl", "is-active", "--quiet", unit):
        raise Failure("another change of this host is under way: slipway status shows it")
    switch = (str(layout.LAYOUT.command), "switch", "", "--kind", history.RESTART, "--by", by)
    told = ("journalctl", "--quiet", "--all", "--output", "cat", "--identifier", "slipway")
    since = ("--follow", "--no-tail", "--since", f"@{time.time():.6f}", "--unit", unit)
    with subprocess.Popen([*told, *since], stdin=subprocess.DEVNULL) as following:
        try:
            once = ("systemd-run", "--quiet", "--collect", "--wait", "--unit", unit)
            code = subprocess.run([*once, *switch], check=False).returncode
            run("journalctl", "--sync")
            time.sleep(FLUSH_SECONDS)
        finally:
            following.terminate()
    return code
