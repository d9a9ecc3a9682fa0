"""The switch: nginx passes to another release, and only to one that passes its checks.

Every step before the link moves leaves the old release serving; a failure after it brings the old
one back, all of it. It runs as a transient unit of systemd, so that a lost connection or a killed
deploy does not stop it.
"""

import time
import uuid
from dataclasses import dataclass, replace
from functools import partial

from ..command import Failure, run, say
from ..config import Host
from ..locks import lock
from ..plain import plain
from ..processes import servers, singles, timers
from ..processes.kinds import SERVER, SINGLE, TIMER
from ..services import probe
from . import (
    acceptance,
    fresh,
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

# Of a unit that did not start: what its program said, and not what systemd says of it.
WORDS = ("--quiet", "--all", "--output", "cat", "--lines", "5", "_TRANSPORT=stdout")
PROBE_SECONDS = 1.0  # that the probe goes on after the switch


@dataclass(frozen=True)
class Order:
    """Which release shall be live, and who wants it."""

    release: str
    """Empty for a restart: a copy of the current one."""
    kind: str = "deploy"
    by: str = ""
    revision: str = ""


def switch(host: Host, order: Order) -> None:
    """Makes a release live. Raises Failure, with the old one serving, when it fails a check."""
    subject = order.release or release.current(host)
    with lock(host.layout.lock, f"{order.kind} of release {subject} by {order.by or 'root'}"):
        if order.kind == history.RESTART:
            order = replace(order, release=fresh.copy(host))
        wanted = release.load(host, order.release)
        old = release.current(host)
        entry = Entry(
            id=uuid.uuid4().hex[:12],
            release=order.release,
            previous=old,
            kind=order.kind,
            by=order.by,
            revision=order.revision,
            began=time.time(),
        )
        history.write(host, entry)
        asking = probe.of_site(host, release.health_path(host, old) or wanted.health_path)
        try:
            with asking:
                _prepare(host, order.release, wanted, entry)
                _go_live(host, order.release, old, wanted, entry)
                time.sleep(PROBE_SECONDS if old else 0)
        except Exception as error:
            entry.result = history.REFUSED
            entry.reason = revert.reason(error)
            entry.probe = asking.result() if old else {}
            error.add_note(_cost(entry))  # below the reason, which is read first
            raise
        else:
            entry.result = history.LIVE
            entry.probe = asking.result() if old else {}
            _tell(entry)
        finally:
            history.note(host, entry)
        prune.attempt(host)


def _prepare(host: Host, new: str, wanted: ReleaseConfig, entry: Entry) -> None:
    """Starts the candidate beside the old release and tries it; visitors notice nothing."""
    stage = partial(history.stage, host, entry)
    try:
        timers.check(wanted.of_kind(TIMER))
        prepare.keep_secrets(host, new)
        with stage("command"):
            # Going back runs nothing of old code.
            if wanted.release_command and entry.kind == "deploy":
                prepare.run_command(host, new, wanted.release_command_limit)
        with stage("start"):
            say(f"starting release {new}")
            prepare.start_web(host, new)
        with stage("health"):
            say(f"waiting for {wanted.health_path} of release {new}")
            health.wait_until_healthy(host, new, wanted)
        with stage("static"):
            if wanted.static_folder:
                static_files.publish(host, new, wanted.image, wanted.static_folder)
        with stage("checks"):
            health.check_inside(host, new, wanted)
            traffic.check_configuration(host, new)
        if wanted.acceptance_image:
            with stage("acceptance tests"):
                acceptance.check(host, new, wanted)
        with stage("workers"):
            _start_unit(new)
            servers.start(host, new, wanted.of_kind(SERVER))
            workers.complete(host, new)
            workers.wait_until_healthy(host, new, wanted.start_limit)
    except Exception as error:  # noqa: BLE001  raised again; a full disk is no Failure
        raise revert.rejected(host, new, error) from None


def _start_unit(new: str) -> None:
    """Starts all of it, and has it start with the host. Raises Failure with the unit's words."""
    unit = release.unit(new)
    try:
        run("systemctl", "start", unit)
    except Failure as failure:
        said = plain(run("journalctl", *WORDS, f"_SYSTEMD_UNIT={unit}")).strip()
        last = said.splitlines()[-1] if said else str(failure)
        raise Failure(f"{unit} does not start: {last}\n{said}".strip()) from failure


def _go_live(host: Host, new: str, old: str, wanted: ReleaseConfig, entry: Entry) -> None:
    """Moves jobs and traffic to the new release, checks from outside, and retires the old one."""
    stage = partial(history.stage, host, entry)
    others = release.active(host) - {new}
    try:
        if any(_singles(host, name) for name in (new, *_beside(others, new))):
            with stage("single processes"):
                _swap_singles(host, new, others, wanted)
        with stage("traffic"):
            for other in others:
                workers.stop_fetching(host, other)
            traffic.move(host, new, old if old != new else "")
        with stage("acceptance"):
            health.check_outside(host, new, wanted)
            run("systemctl", "enable", "--quiet", release.unit(new))
            timers.follow(host, wanted.of_kind(TIMER))
    except Exception as error:  # noqa: BLE001  raised again
        raise revert.restored(host, new, old, error) from None
    with stage("retire"):
        for other in others:
            retire.begin(host, other)


def _swap_singles(host: Host, new: str, others: set[str], wanted: ReleaseConfig) -> None:
    """What must never run twice ends in the other releases, and then starts in the new one."""
    for other in _beside(others, new):
        singles.stop(host, other, _singles(host, other))
    singles.start(host, new, _singles(host, new))
    workers.wait_until_healthy(host, new, wanted.start_limit, (SINGLE,))


def _beside(others: set[str], new: str) -> list[str]:
    """Which releases may run something besides the new one."""
    return sorted({*others, *release.retiring()} - {new})


def _singles(host: Host, name: str) -> list[str]:
    return [one.name for one in release.processes_of(host, name, SINGLE)]


def _tell(entry: Entry) -> None:
    seconds = sum(entry.stages.values())
    slow = ", ".join(f"{name} {took:.1f}" for name, took in entry.stages.items() if took >= 0.1)
    say(f"release {entry.release} is live after {seconds:.1f} s ({slow})")
    if entry.probe:
        say(_cost(entry))


def _cost(entry: Entry) -> str:
    """What the switch has cost visitors."""
    cost = probe.described(entry.probe) if entry.probe else "nobody was asked: no release was live"
    return f"during the switch: {cost}"
