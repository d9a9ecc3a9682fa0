"""Whether a lock can be installed: asked once of the index, and remembered."""

import hashlib
import os
from pathlib import Path

from infra.application.locks import uv
from infra.application.locks.pins import PYTHON, LockError

WHEELS, COMPILER = "wheels", "compiler"
NO_WHEEL = ("has no usable wheels", "no wheels", "only-binary", "no-build", "building from source")


def builder(requirements: str, *, compile_allowed: bool) -> tuple[str, str]:
    """The stage of the build that installs this: with wheels alone, or with a compiler.

    Also a line to tell, empty when there is none. Raises LockError when neither could.
    """
    told = f"{PYTHON} {uv.PLATFORM} {compile_allowed}\n{requirements}"
    kept = cache() / hashlib.sha256(told.encode()).hexdigest()
    try:
        found = kept.read_text(encoding="utf-8")
        if found in {WHEELS, COMPILER}:
            return found, ""
    except OSError:  # nothing is remembered
        pass
    if uv.program() is None:
        return WHEELS, "not checked whether they can be installed: run bin/venv deploy, it adds uv"
    try:
        found = _asked(requirements, compile_allowed=compile_allowed)
    except uv.NoAnswerError:
        return WHEELS, "not checked whether they can be installed: no index answers here"
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(found, encoding="utf-8")
    except OSError:  # it is asked again next time
        pass
    return found, ""


def _asked(requirements: str, *, compile_allowed: bool) -> str:
    try:
        uv.try_out(requirements, wheels_only=True)
    except LockError as error:
        if not any(sign in str(error) for sign in NO_WHEEL):
            raise LockError(f"cannot be installed: {error}") from None
        if not compile_allowed:
            raise LockError(f"cannot be installed without a compiler: {error}") from None
    else:
        return WHEELS
    try:
        uv.try_out(requirements, wheels_only=False)
    except LockError as error:
        raise LockError(f"cannot be installed: {error}") from None
    return COMPILER


def cache() -> Path:
    """Where is remembered what was asked, on this machine."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base, "slipway", "locks")
