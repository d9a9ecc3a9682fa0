"""A fresh start of the current release, without a failed request; or of one of its processes."""

import argparse
import subprocess
import time

from .. import layout
from ..command import Failure, run, say, succeeds
from ..config import Host
from ..locks import lock
from ..processes import singles
from ..processes.kinds import QUEUE, SINGLE
from ..releases import history, release, workers

WEB = "web"
FLUSH_SECONDS = 0.5  # until the journal's last lines are shown


def restart(host: Host, arguments: argparse.Namespace) -> int:
    """Restarts the release, or a process; the exit code. Raises Failure when that is refused."""
    purpose = f"restart by {arguments.by or 'root'}"
    with lock(host.layout.deploy_lock, purpose):
        if arguments.process in {None, "", WEB}:
            return _restart_release(arguments.by)
        with lock(host.layout.lock, purpose):
            _restart_process(host, arguments.process)
        return 0


def _restart_process(host: Host, process: str) -> None:
    """Of a queue each container ends after its job, and another takes its place at once."""
    name = release.current(host)
    if not name:
        raise Failure("no release is live: deploy first")
    known = {one.name: one.kind for one in release.processes_of(host, name)}
    kind = known.get(process)
    if kind == SINGLE:
        singles.stop(host, name, [process])
        singles.start(host, name, [process])
        say(f"{process} of release {name} was stopped and started")
        return
    if kind != QUEUE:
        alone = [one for one, its in known.items() if its in {QUEUE, SINGLE}]
        names = ", ".join([WEB, *alone])
        raise Failure(f"{process} cannot be restarted alone: choose of {names}")
    began = time.monotonic()
    workers.stop_fetching(host, name, process)
    workers.complete(host, name)
    workers.wait_until_healthy(host, name, release.load(host, name).start_limit)
    seconds = time.monotonic() - began
    say(f"new containers of {process} of release {name} take jobs after {seconds:.1f} s;")
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
