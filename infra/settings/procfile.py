"""A `Procfile` in the source: what it says of processes where the settings say nothing.

Its grammar is Heroku's: a line `type: command` for each type of process.
"""

import json
import re
import shlex
from pathlib import Path

from infra.settings.fields.section import FieldError
from infra.settings.sections.processes import Process

NAME = "Procfile"
LINE = re.compile(r"([A-Za-z0-9_-]+)\s*:\s*(\S.*?)\s*")
UNDERSTOOD = frozenset({"web", "release", "worker"})
SHELL = re.compile(r"[$`<>|&;*?~()]")  # what a shell would make something of
# Options of `rq worker` that say where Redis is, or what the logs look like, and take a value.
RQ_VALUES = frozenset(
    {"-u", "--url", "-c", "--config", "-n", "--name", "-P", "--path", "--logging_level"}
    | {"--log-format", "--date-format", "--results-ttl", "--worker-ttl", "-S", "--serializer"}
)
RQ_FLAGS = frozenset({"--with-scheduler", "-s", "-v", "--verbose", "-q", "--quiet"})


def read(source: Path) -> dict[str, str]:
    """The commands of the Procfile, by their types; none without the file."""
    path = source / NAME
    if not path.is_file():
        return {}
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return {found[1]: found[2] for line in lines if (found := LINE.fullmatch(line))}


def worker(command: str) -> Process:
    """The process of the line `worker`. RQ's own worker is replaced by the default one."""
    queues = _rq_queues(command)
    if queues is None:
        return Process(kind="queue", command=words(command))
    return Process(kind="queue", queues=tuple(queues or ["default"]))


def words(command: str) -> tuple[str, ...]:
    """The words of a command; a shell's if it needs one."""
    try:
        split = tuple(shlex.split(command))
    except ValueError:
        split = ()
    return split if split and not SHELL.search(command) else ("sh", "-c", command)


def _rq_queues(command: str) -> list[str] | None:
    """The queues of `rq worker`; None for another command, or options that change what it does."""
    found = re.fullmatch(r"(?:python3?\s+-m\s+)?rq\s+worker\b(.*)", command)
    try:
        left = iter(shlex.split(found[1]) if found else ["--other"])
    except ValueError:
        return None
    queues = []
    for word in left:
        if word in RQ_VALUES:
            next(left, "")
        elif word.partition("=")[0] in RQ_VALUES or word in RQ_FLAGS:
            continue
        elif word.startswith("-") or SHELL.search(word):
            return None
        else:
            queues.append(word)
    return queues


def check(source: Path) -> None:
    """Raises FieldError for a type of process of which it is not known whether two may run."""
    for name, command in read(source).items():
        if name not in UNDERSTOOD:
            process = {"kind": "single", "command": list(words(command))}
            written = json.dumps({re.sub(r"[^a-z0-9_-]", "-", name.lower()): process})
            kinds = "or the kind queue or server, if two may run at the same time"
            why = f"is needed, since the {NAME} has {name!r}: write {written}, {kinds}"
            raise FieldError("processes", why)
