"""The acceptance tests of a release, through an nginx of its own, before traffic moves to it."""

from .. import layout
from ..certificates import store
from ..command import Failure, replace, run, say
from ..config import Host
from ..services import docker
from . import release
from .release import ReleaseConfig

LINES = "60"  # of pytest's output

# Variables of the compose file: a release may be gone back to under another domain than its own.
DOMAIN = "SITE_DOMAIN"
URL = "SITE_URL"


def site_url(domain: str, port: int) -> str:
    """The URL of a site."""
    return f"https://{domain}" + ("" if port == 443 else f":{port}")


def check(host: Host, new: str, wanted: ReleaseConfig) -> None:
    """Raises Failure with pytest's output, unless all tests pass in their time.

    nginx is the one that serves the site, but for its way in, which leads to this release.
    """
    say(f"running the acceptance tests of release {new}")
    remove()
    chains = b"".join(store.chain(host, name).read_bytes() for name in store.names(host))
    replace(host.layout.web / new / "trust.pem", chains)
    try:
        _up(host, new, "--wait", "front")
        _up(host, new, "--no-deps", "acceptance")
        [tests] = docker.matching(
            *docker.service(layout.ACCEPTANCE_PROJECT, "acceptance"), stopped=True
        )
        code, log = _wait(tests, wanted.acceptance_limit)
    finally:
        remove()
    if code != "0":
        raise Failure(f"release {new} fails its acceptance tests: {_reason(log, code)}\n{log}")


def remove() -> None:
    """Removes the containers of acceptance tests, also those that a killed switch has left."""
    run("docker", "compose", "--project-name", layout.ACCEPTANCE_PROJECT, "down", "--timeout", "1")


def _up(host: Host, new: str, *words: str) -> None:
    project = ("--project-name", layout.ACCEPTANCE_PROJECT, "--profile", "acceptance")
    site = {
        DOMAIN: host.config.domain,
        URL: site_url(host.config.domain, host.config.https_port),
    }
    run(*release.compose(host, new), *project, "up", "--detach", *words, env=site)


def _wait(tests: str, limit: int) -> tuple[str, str]:
    """The exit code and the output; a reason stands for the code when the time was over."""
    try:
        code = run("docker", "wait", tests, timeout=limit).strip()
    except Failure:
        code = f"not finished after {limit} s"
    return code, run("sh", "-c", 'docker logs --tail "$1" "$2" 2>&1', "sh", LINES, tests).strip()


def _reason(log: str, code: str) -> str:
    """The first failure of pytest's summary, or how they ended without one."""
    failed = [line for line in log.splitlines() if line.startswith(("FAILED ", "ERROR "))]
    reason = code if " " in code else f"exit code {code}"
    return failed[0] if failed and code == "1" else reason
