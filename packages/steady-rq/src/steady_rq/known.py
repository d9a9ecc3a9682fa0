"""The minor versions of RQ that this package is tested with: it uses private names of RQ."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

VERSIONS = ("2.12", "3.0")


def refusal() -> str | None:
    """Why the installed RQ cannot be used, in a line; None if it can."""
    try:
        found = version("rq")
    except PackageNotFoundError:
        return "RQ is not installed"
    if ".".join(found.split(".")[:2]) in VERSIONS:
        return None
    return f"steady_rq knows RQ {' and '.join(VERSIONS)}, and RQ {found} is installed"
