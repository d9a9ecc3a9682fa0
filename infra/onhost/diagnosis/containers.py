"""How the containers of a candidate are: crashed, killed, or not healthy, and by which words."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..command import Failure, run
from ..plain import plain
from ..services import docker
from . import python_errors
from .python_errors import PythonError

CRASHES = 3  # then it will not get better by itself
ENDED = frozenset({"exited", "dead"})  # Docker starts it no more
CRASHED = ENDED | {"restarting"}
LOG_LINES = 200  # of a container, in which an exception is looked for
SHOWN_LINES = 12


class Unwell(Failure):
    """A part of a release is not as it must be. Its lines are shown below the reason."""

    def __init__(self, reason: str, service: str, advice: str = "") -> None:
        super().__init__(reason)
        self.service = service
        """Empty when its lines say no more than the reason."""
        self.advice = advice


@dataclass(frozen=True)
class Container:
    """A container, as Docker sees it."""

    id: str
    name: str
    state: str
    """created, running, restarting, exited or dead."""
    restarts: int
    """How often Docker has started it again after a crash."""
    exit_code: int
    out_of_memory: bool
    error: str
    """Why Docker could not start it."""
    health: str
    started: float
    """When it was started last, in seconds since the epoch; 0 when never."""
    check: str
    """Its health command, how that ended last, and what it said; empty before the first time."""


def of(project: str, service: str) -> list[Container]:
    """The containers of a compose project's service, running or not."""
    ids = docker.matching(*docker.service(project, service), stopped=True)
    return [_read(found) for found in json.loads(run("docker", "inspect", *ids))] if ids else []


def _read(found: dict[str, Any]) -> Container:
    state = found["State"]
    health = state.get("Health") or {}
    return Container(
        id=found["Id"][:12],  # as `docker ps` shows it
        name=found["Name"].lstrip("/"),
        state=state["Status"],
        restarts=found.get("RestartCount", 0),
        exit_code=state.get("ExitCode", 0),
        out_of_memory=state.get("OOMKilled", False),
        error=state.get("Error", ""),
        health=health.get("Status", ""),
        started=_seconds(state.get("StartedAt", "")),
        check=_check_words(found, health.get("Log") or []),
    )


def _seconds(stamp: str) -> float:
    """Docker's time, which has nanoseconds, in seconds since the epoch; 0 for its `never`."""
    try:
        return max(0.0, datetime.fromisoformat(f"{stamp[:19]}+00:00").timestamp())
    except ValueError:
        return 0.0


def _check_words(found: dict[str, Any], checks: list[dict[str, Any]]) -> str:
    if not checks:
        return ""
    command = " ".join(found["Config"]["Healthcheck"]["Test"][1:])
    words = " / ".join(plain(checks[-1]["Output"]).strip().splitlines()[-3:])
    code = checks[-1]["ExitCode"]  # negative when Docker could not run it, or ended it
    ended = f"exit code {code}" if code > 0 else ""
    return ": ".join(part for part in (command, ended, words or "it printed nothing") if part)


def setting(service: str) -> str:
    """The section of the settings that a service is made of."""
    return service if service == "web" else f"processes.{service}"


class CrashWatch:
    """Sees that containers of a service crash again and again, however short each life is."""

    def __init__(self, subject: str, service: str) -> None:
        self._subject = subject
        """What a message calls them."""
        self._service = service
        self._first: dict[str, int] = {}
        self._ends: dict[str, str] = {}

    def look(self, found: list[Container]) -> None:
        """Raises Unwell once one of them has crashed too often since the first look."""
        for one in found:
            first = self._first.setdefault(one.id, one.restarts)
            if one.state in CRASHED:
                self._ends[one.id] = self._end(one)
            if one.state in ENDED or one.restarts - first >= CRASHES:
                raise self._unwell(one)

    def _end(self, one: Container) -> str:
        if one.out_of_memory:
            return f"it needs more memory than {setting(self._service)}.memory allows"
        return plain(one.error) or f"exit code {one.exit_code}"

    def _unwell(self, one: Container) -> Unwell:
        end = self._ends.get(one.id, "")
        error = None if one.out_of_memory else python_errors.last(log(one.id))
        happens = "has ended" if one.state in ENDED else "crashes again and again"
        why = error.summary if error else end
        reason = f"{self._subject} {happens}: {why}" if why else f"{self._subject} {happens}"
        if "more memory" in end:  # its lines say nothing of that
            return Unwell(reason, "", f"raise {setting(self._service)}.memory")
        return Unwell(reason, self._service, advice(error))


def advice(error: PythonError | None) -> str:
    """What to do about an exception, where that is known."""
    return python_errors.advice(error) if error else ""


def log(container: str) -> list[str]:
    """The last lines of a container, both streams; none when they cannot be had."""
    # `sh`, for docker writes the two streams to its own two: together they keep their order.
    script = 'docker logs --tail "$1" "$2" 2>&1'
    try:
        said = run("sh", "-c", script, "sh", str(LOG_LINES), container, timeout=30)
    except Failure as failure:
        return [str(failure)]
    return plain(said).splitlines()


def evidence(project: str, service: str, reason: str) -> list[str]:
    """What a person should see besides the reason: the exception in its log, or its last lines."""
    try:
        logs = [log(one.id) for one in of(project, service)]
    except Failure as failure:
        return [f"the log of {service} cannot be shown: {failure}"]
    errors = [error for error in map(python_errors.last, logs) if error]
    if errors:
        known = errors[0].summary in reason
        return [*([] if known else [f"{service} says: {errors[0].summary}"]), *errors[0].frames]
    said = next((lines for lines in logs if lines), [])
    shown = [text for line in said for text in python_errors.unwrapped(line)][-SHOWN_LINES:]
    if not shown:
        return [f"the log of {service} is empty"]
    return [f"The last log lines of {service}:", *(f"  {line}" for line in shown)]
