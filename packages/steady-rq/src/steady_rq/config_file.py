"""`steady_rq.conf.py`: how the worker runs the jobs of an application.

The environment says where Redis is; this file, a part of the application, what its jobs need. It is
Python, and may also set up logging, or import what all jobs use.
"""

from __future__ import annotations

import runpy
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

NAME = "steady_rq.conf.py"


class ConfigFileError(ValueError):
    """The file cannot be used. The text is one line that names it."""


@dataclass(frozen=True)
class Options:
    """What the file can set: each by its name in capitals. Classes may be dotted paths."""

    serializer: Any = None  # "json", "pickle", or a class with dumps() and loads(); else either
    worker_class: Any = "steady_rq.SteadyWorker"
    job_class: Any = None
    queue_class: Any = None
    exception_handlers: tuple[Any, ...] = ()


def find() -> Path | None:
    """The file in the working directory, or in the one folder there that has it."""
    found = sorted(Path().glob(NAME)) or sorted(Path().glob(f"*/{NAME}"))
    if len(found) > 1:
        names = ", ".join(str(path) for path in found)
        raise ConfigFileError(f"several files could be meant, say which by --config: {names}")
    return found[0] if found else None


def read(path: Path) -> Options:
    """Run the file. Raises ConfigFileError."""
    try:
        names = runpy.run_path(str(path), run_name=NAME)
    except Exception as error:  # it is the application's own code
        raise ConfigFileError(f"{path}: {error or repr(error)}") from error
    known = {field.name.upper(): field.name for field in fields(Options)}
    return Options(**{known[name]: value for name, value in names.items() if name in known})
