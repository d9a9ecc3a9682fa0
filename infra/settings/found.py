"""What the application's own files say where the settings say nothing."""

import re
from pathlib import Path
from typing import Any

from infra.settings import procfile
from infra.settings.sections.processes import DEFAULT, Process

# RQ among the packages of any kind of file: `rq==2.12`, `name = "rq"`, `"rq": {`, `"rq>=2"`.
RQ = re.compile(rb"""(^|["'])rq(\[\w+\])? *(["']|[=<>~!;@\\]|$)""", re.MULTILINE | re.IGNORECASE)


def processes(data: dict[str, Any]) -> dict[str, Process]:
    """The processes of an application whose settings name none: `data` has its section `app`."""
    lines = procfile.read(data["app"].source)
    if lines:
        return {"worker": procfile.worker(lines["worker"])} if "worker" in lines else {}
    return DEFAULT if _uses_rq(data["app"].dependencies) else {}


def _uses_rq(lock: Path | None) -> bool:
    """Whether the application installs RQ."""
    return bool(lock and RQ.search(lock.read_bytes()))
