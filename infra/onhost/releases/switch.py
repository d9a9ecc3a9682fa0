"""The switch: nginx passes to another release, and only to one that passes the gate.

Every step before the link moves leaves the old release serving; a failure after it brings the old
one back, all of it. It runs as a transient unit of systemd, so that a lost connection or a killed
deploy does not stop it.
"""

import time
import uuid
from dataclasses import dataclass

from ..command import lock, run, say
from ..config import HostConfig
from ..services import probe
from . import (
    acceptance,
    health,
    history,
    prepare,
    prune,
    release,
    retire,
    revert,
    static_files,
    traffic,
    workers,
)
from .history import Entry
from .release import ReleaseConfig

PROBE_SECONDS = 1.0  # that the probe goes on after the switch


@dataclass(frozen=True)
class Order:
    """What is to become live, and who says so."""

    release: str
    kind: str = "deploy"
    by: str = ""
    revision: str = ""


def switch(order: Order, config: HostConfig) -> None:
    """Makes a release live. Raises Failure, with the old one serving, if it does not deserve it."""
    with lock(f"{order.kind} of release {order.release} by {order.by or 'root'}"):
        wanted = release.load(order.release)
        old = release.current()
        entry = Entry(uuid.uuid4().hex[:12], order.release, old, order.kind, order.by,
                      order.revision, time.time())  # fmt: skip
        history.write(entry)
        asking = probe.of_site(config, release.health_path(old) or wanted.health_path)
        try:
            with asking:
                _prepare(order.release, wanted, config, entry)
                _go_live(order.release, old, wanted, config, entry)
                time.sleep(PROBE_SECONDS if old else 0)
        except Exception as error:
            entry.result = history.REFUSED
            entry.reason = (str(error) or repr(error)).splitlines()[0]
            raise
        else:
            entry.result = history.LIVE
        finally:
            entry.probe = asking.result() if old else {}
            history.note(entry)
            _tell(entry)
        prune.try_to(config)


def _prepare(new: str, wanted: ReleaseConfig, config: HostConfig, entry: Entry) -> None:
    """Starts the new release beside the old one and tries it; users notice nothing."""
    try:
        prepare.keep_secrets(new)
        with entry.stage("command"):
            # Going back runs nothing of old code.
            if wanted.release_command and entry.kind == "deploy":
                prepare.run_command(new, wanted.release_command_limit)
        with entry.stage("start"):
            say(f"starting release {new}")
            prepare.start_web(new)
        with entry.stage("health"):
            say(f"waiting for {wanted.health_path} of release {new}")
            health.wait_until_healthy(new, wanted, config)
        with entry.stage("static"):
            if wanted.static_folder:
                static_files.publish(new, wanted.image, wanted.static_folder)
        with entry.stage("checks"):
            health.check_inside(new, wanted, config)
            traffic.check_site(new)
        if wanted.acceptance_image:
            with entry.stage("acceptance tests"):
                acceptance.check(new, wanted)
        with entry.stage("workers"):
            run("systemctl", "start", release.unit(new))
            workers.complete(new)
            workers.wait_until_healthy(new, wanted.start_limit)
    except Exception:  # a full disk is no Failure
        revert.give_up(new)
        raise


def _go_live(new: str, old: str, wanted: ReleaseConfig, config: HostConfig, entry: Entry) -> None:
    """Moves jobs and traffic to the new release, checks from outside, and retires the old one."""
    others = release.known() - {new}
    try:
        with entry.stage("traffic"):
            for other in others:
                workers.stop_fetching(other)
            traffic.move(new, old if old != new else "")
        with entry.stage("acceptance"):
            health.check_outside(new, wanted, config)
            run("systemctl", "enable", "--quiet", release.unit(new))
    except Exception:
        revert.go_back(new, old)
        raise
    with entry.stage("retire"):
        for other in others:
            retire.begin(other)


def _tell(entry: Entry) -> None:
    if entry.result == history.LIVE:
        seconds = sum(entry.stages.values())
        slow = ", ".join(f"{name} {took:.1f}" for name, took in entry.stages.items() if took >= 0.1)
        say(f"release {entry.release} is live after {seconds:.1f} s ({slow})")
    if entry.probe:
        say(f"meanwhile: {probe.told(entry.probe)}")
