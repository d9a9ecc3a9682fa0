"""What Slipway adds to the application's packages, and which versions it knows."""

import tomllib

from packaging.specifiers import SpecifierSet

from infra.application.locks.pins import LockError, Pin, parsed
from infra.checkout import CHECKOUT

REQUIREMENTS = CHECKOUT / "requirements"
STEADY_RQ = CHECKOUT / "packages" / "steady-rq" / "pyproject.toml"
# The servers' configurations in images/app are written for these.
SERVERS = {"pyuwsgi": SpecifierSet(">=2.0.21,<2.1"), "gunicorn": SpecifierSet(">=23,<28")}
PROGRAMS = {"uwsgi": "pyuwsgi", "gunicorn": "gunicorn"}  # by web.server


def with_server(pins: list[Pin], server: str) -> tuple[list[Pin], list[str]]:
    """The pins with those of the server, and what that changed, in plain lines.

    Raises LockError for a version that Slipway's configuration is not for.
    """
    name = PROGRAMS[server]
    kept = [one for one in pins if one.name != "uwsgi" or name != "pyuwsgi"]
    told = ["pyuwsgi, the same as a wheel, is installed in place of uwsgi"] if kept != pins else []
    own = next((one for one in kept if one.name == name), None)
    if own and own.version and own.version not in SERVERS[name]:
        raise LockError(
            f"has {name} {own.version}, and Slipway knows {name}{SERVERS[name]}: lock one of these,"
            " or start yours by web.command"
        )
    return _completed(kept, server, told)


def with_jobs(pins: list[Pin], *, steady: bool) -> tuple[list[Pin], list[str]]:
    """The pins with RQ and redis, for an application whose workers are Slipway's.

    Raises LockError for a version of RQ that steady_rq does not know.
    """
    if not steady:
        return pins, []
    own = next((one for one in pins if one.name == "rq"), None)
    known = known_rq()
    if own and own.version and own.version not in known:
        raise LockError(
            f"has rq {own.version}, and Slipway's worker knows rq{known}: lock one of these, or"
            ' start a worker of your own, like ["rq", "worker"], by its command'
        )
    return _completed(pins, "jobs", [])


def known_rq() -> SpecifierSet:
    """The versions of RQ that steady_rq is tested with."""
    project = tomllib.loads(STEADY_RQ.read_text(encoding="utf-8"))["project"]
    [line] = [one for one in project["dependencies"] if one.startswith("rq")]
    return SpecifierSet(line.removeprefix("rq"))


def _completed(pins: list[Pin], lock: str, told: list[str]) -> tuple[list[Pin], list[str]]:
    """The pins, and those of a lock of ours that they lack."""
    names = {one.name for one in pins}
    ours = parsed((REQUIREMENTS / f"{lock}.txt").read_text(encoding="utf-8"))
    missing = [one for one in ours if one.name not in names]
    if not {"rq", *PROGRAMS.values()} & {one.name for one in missing}:  # only what those need
        return [*pins, *missing], told
    names_told = ", ".join(f"{one.name} {one.version}" for one in missing)
    return [*pins, *missing], [*told, f"added: {names_told}"]
