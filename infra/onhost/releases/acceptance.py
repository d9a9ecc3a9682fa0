"""The acceptance tests of a release, through an nginx of its own, before traffic moves to it."""

from .. import layout
from ..certificates import store
from ..command import Failure, replace, run, say
from ..services import docker
from . import release
from .release import ReleaseConfig

LINES = "60"  # of what pytest said


def check(new: str, wanted: ReleaseConfig) -> None:
    """Raises Failure with what pytest said, unless all tests pass in their time.

    nginx is the one that serves the site, but for its way in, which leads to this release.
    """
    say(f"running the acceptance tests of release {new}")
    tidy()
    chains = b"".join(store.chain(name).read_bytes() for name in store.names())
    replace(layout.WEB / new / "trust.pem", chains)
    try:
        _compose(new, "--detach", "--wait", "front")
        _compose(new, "--detach", "--no-deps", "acceptance")
        [tests] = docker.matching(
            *docker.service(layout.ACCEPTANCE_PROJECT, "acceptance"), stopped=True
        )
        code, told = _wait(tests, wanted.acceptance_limit)
    finally:
        tidy()
    if code != "0":
        raise Failure(f"release {new} fails its acceptance tests: {_first(told, code)}\n{told}")


def tidy() -> None:
    """Removes the containers of acceptance tests, also those that a killed switch has left."""
    run("docker", "compose", "--project-name", layout.ACCEPTANCE_PROJECT, "down", "--timeout", "1")


def _compose(new: str, *words: str) -> None:
    run("docker", "compose", "--project-directory", release.folder(new),
        "--project-name", layout.ACCEPTANCE_PROJECT, "--profile", "acceptance", "up",
        *words)  # fmt: skip


def _wait(tests: str, limit: int) -> tuple[str, str]:
    """The exit code and what was said; the code is a reason where there is none in time."""
    try:
        code = run("docker", "wait", tests, timeout=limit).strip()
    except Failure:
        code = f"not done after {limit} s"
    return code, run("sh", "-c", 'docker logs --tail "$1" "$2" 2>&1', "sh", LINES, tests).strip()


def _first(told: str, code: str) -> str:
    """The first failure of pytest's summary, or how they ended without one."""
    failed = [line for line in told.splitlines() if line.startswith(("FAILED ", "ERROR "))]
    reason = code if " " in code else f"exit code {code}"
    return failed[0] if failed and code == "1" else reason
