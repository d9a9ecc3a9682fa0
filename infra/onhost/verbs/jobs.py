"""The failed jobs of the application: list them, run them again, forget them.

RQ itself does it, in a container of the application, for that has the version of RQ that the jobs
are of.
"""

import argparse
import json
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..command import Failure
from ..config import Host
from ..plain import plain
from ..processes.kinds import QUEUE
from ..releases import release
from ..services import docker

PROGRAM = Path(__file__).with_name("rq_jobs.py")
LIMIT = 120  # seconds
COUNTS = ("queued", "started", "scheduled", "deferred", "failed")


def jobs(host: Host, arguments: argparse.Namespace) -> object:
    """What was asked for, as text or, for programs, as data."""
    action, ids = arguments.action, arguments.id
    if action in {"retry", "clear"} and bool(ids) == arguments.all:
        raise Failure(f"say which: slipway jobs {action} ID, or slipway jobs {action} --all")
    if action == "show" and len(ids) != 1:
        raise Failure("say which one: slipway jobs show ID")
    if action == "list" and ids:
        raise Failure(f"to see one job: slipway jobs show {ids[0]}")
    found = ask(host, [action, *ids])
    if arguments.json:
        return found
    return {"list": _listed, "show": _shown}.get(action, _done)(found)


def ask(host: Host, words: Sequence[str]) -> dict[str, Any]:
    """What the program says that runs in the application's container."""
    command = ["docker", "exec", "--interactive", _container(host), "python3", "-", *words]
    try:
        done = subprocess.run(
            command, input=PROGRAM.read_bytes(), capture_output=True, check=False, timeout=LIMIT
        )
    except subprocess.TimeoutExpired:
        raise Failure(f"the jobs are not known after {LIMIT} s: does Redis answer?") from None
    lines = done.stdout.decode(errors="replace").splitlines()
    if done.returncode or not lines:
        said = plain(done.stderr.decode(errors="replace")).strip().splitlines()
        raise Failure(f"the jobs are not known: {said[-1] if said else 'python3 says nothing'}")
    found: dict[str, Any] = json.loads(lines[-1])
    if "failure" in found:
        raise Failure(found["failure"])
    return found


def _container(host: Host) -> str:
    name = release.current(host)
    for service in (*(one.name for one in release.processes_of(host, name, QUEUE)), "web"):
        if name and (running := docker.matching(*docker.service(release.project(name), service))):
            return running[0]
    raise Failure("no container of the application runs: slipway status says why")


def _listed(found: dict[str, Any]) -> str:
    counts = ", ".join(f"{found['counts'][name]} {name}" for name in COUNTS)
    lines = [f"{counts}, of {', '.join(found['queues']) or 'no queue yet'}"]
    for job in found["failed"]:
        lines.append(f"{_when(job['ended'])}  {job['id']}  {job['queue']}  {job['description']}")
        lines.append(f"    {job['error']}")
    if hidden := found["counts"]["failed"] - len(found["failed"]):
        lines.append(f"and {hidden} more, which failed before these")
    if found["failed"]:
        lines.append("slipway jobs show ID shows one; retry ID (or --all) runs it again;")
        lines.append("clear ID (or --all) forgets it")
    return plain("\n".join(lines))


def _shown(found: dict[str, Any]) -> str:
    rows = [(name, found[name]) for name in ("id", "queue", "state", "description")]
    rows += [(name, _when(found[name])) for name in ("created", "ended") if found[name]]
    head = [f"{name:<12} {value}" for name, value in rows]
    return plain("\n".join([*head, found["exception"].rstrip()]))


def _done(found: dict[str, Any]) -> str:
    words = {"retry": "run again", "clear": "forgotten"}[found["action"]]
    lines = [f"{len(found['done'])} failed jobs are {words}"]
    lines += [f"{one['id']}: {one['reason']}" for one in found["refused"]]
    if found["refused"]:
        raise Failure("\n".join(lines))
    return lines[0]


def _when(seconds: float | None) -> str:
    if seconds is None:
        return "unknown time"
    return datetime.fromtimestamp(seconds, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")
