"""A host in a directory on which a release is switched to.

The layout, the history, the lock, the link and the secrets are real; systemctl, docker and nginx
note what they are told, since there are none here: tests/faults switches on a host.
"""

import contextlib
import shlex
from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePath
from typing import Any

import pytest

from infra.onhost.command import Failure
from infra.onhost.releases import health, release, static_files, switch, workers
from infra.onhost.releases.switch import Order
from infra.onhost.services import nginx
from tests.support.onhost import Host, new_host, no_listener

ORDER = Order("b", "deploy", "me@laptop", "0123+")
ASKING = ("systemctl list-units", "docker ps", "docker inspect", "docker image ls")
STEPS = [
    "docker rm slipway-release-command",
    "docker compose b run release-command",
    "docker rm slipway-release-command",
    "docker compose b up web",
    "wait_until_healthy b",
    "publish b",
    "check_inside b",
    "check",
    "systemctl start slipway@b.service",
    "workers_healthy b",
    "docker kill worker-of-a",
    "reload",
    "check_outside b",
    "systemctl enable slipway@b.service",
    "systemctl disable slipway@a.service",
    "systemd-run slipway retire a",
]
# That there is nothing to remove, or nobody to tell, is no failure.
NO_FAILURE = ("docker rm", "docker kill")
WORKERS = '{"services": {"worker": {"deploy": {"replicas": 1}}}}'
MOVED = STEPS.index("docker kill worker-of-a")
TRIED = [step for step in STEPS[:-2] if not step.startswith(NO_FAILURE)]
COMMAND_STEPS = STEPS[:3]
# Options that a value follows.
VALUED = {
    "--lines",
    "--name",
    "--output",
    "--profile",
    "--progress",
    "--scale",
    "--signal",
    "--tail",
    "--unit",
}


def step(call: str) -> str:
    """A call in short: program, verb and subject, without options; compose has the release first.

    `docker compose --project-directory /opt/slipway/releases/b up --detach web` is
    `docker compose b up web`.
    """
    words = iter(call.split(" "))
    short = []
    for word in words:
        if word == "--project-directory":
            short.append(PurePath(next(words)).name)
        elif word in VALUED:
            next(words)
        elif not word.startswith("-"):
            short.append(PurePath(word).name if word.startswith("/") else word)
    return " ".join(short)


def pattern(wanted: str) -> str:
    """The shell's pattern for calls that are this step."""
    words = [shlex.quote(word) for word in wanted.split(" ")]
    if words[:2] == ["docker", "compose"]:
        words[2] = "*/" + words[2]
    return "*' '*".join(words)


class Stage:
    """A host where a is live and b is put; the step that shall fail does."""

    def __init__(self, host: Host, port: int, on: pytest.MonkeyPatch) -> None:
        self.host = host.on_port(port)
        host.release("a")
        host.release("b", release_command=True, static_folder="/static")
        release.routes(host, "b").write_text("# another\n")
        host.layout.current.symlink_to("a")
        host.layout.nginx_configuration.write_text("")
        (host.layout.secrets / "key").write_text("of today")
        self._units = host.calls.with_name("units")
        self._retiring = host.calls.with_name("retiring")
        self.units("a")
        self.fail("nothing")
        # These are tested against real servers of their own; here their place in the order is.
        for module, name in (
            (health, "wait_until_healthy"),
            (health, "check_inside"),
            (health, "check_outside"),
            (static_files, "publish"),
            (nginx, "check"),
            (nginx, "reload"),
        ):
            on.setattr(module, name, self._noting(name))
        on.setattr(workers, "wait_until_healthy", self._noting("workers_healthy"))
        on.setattr(switch, "PROBE_SECONDS", 0)
        self.patch = on.setattr

    def _noting(self, name: str) -> Callable[..., None]:
        def note(*arguments: object) -> None:
            self.on_step()
            release_ = next((word for word in arguments if isinstance(word, str)), "")
            line = f"{name} {release_}".rstrip()
            self.host.note(line)
            if line == self._failing:
                raise self.error

        return note

    on_step: Callable[[], object] = staticmethod(lambda: None)
    """Called at each step that is no program."""
    error: Exception = Failure("no luck\nand more")
    """What the steps raise that are no programs."""

    def fail(self, failing: str) -> None:
        """From now on this step fails, and no other."""
        self._failing = failing
        self.fail_too(failing)

    def fail_too(self, other: str) -> None:
        """From now on this step fails as well."""
        calls = f"{pattern(self._failing)} | {pattern(other)}"
        refuse = f"case \"${{0##*/}} $*\" in {calls}) echo 'no luck' >&2; exit 1;; esac"
        self.host.program(
            "systemctl",
            f"{refuse}; case $* in list-units*active,*slipway@*) cat {self._units};;"
            f" list-units*slipway-retire-*) cat {self._retiring};; esac",
        )
        self.host.program("systemd-run", refuse)
        self.host.program("journalctl", "echo 'its unit has no luck'")
        self.host.program(
            "docker",
            f"{refuse}; case $* in 'ps --quiet'*project=slipway-a*) echo worker-of-a;;"
            f" inspect*) echo 1;; *config*) echo '{WORKERS}';;"
            f" esac",
        )

    def units(self, *releases: str, retiring: Sequence[str] = ()) -> None:
        """The releases whose units are active, and those that finish their work."""
        shown = {
            self._units: ("slipway@{}.service", releases),
            self._retiring: ("slipway-retire-{}.service", retiring),
        }
        for file, (unit, names) in shown.items():
            lines = [f"{unit.format(name)} loaded active exited {name}\n" for name in names]
            file.write_text("".join(lines))

    def switch(self, order: Order = ORDER) -> None:
        """Switches to b, or as ordered."""
        switch.switch(self.host, order)

    def steps(self) -> list[str]:
        """What was done, in short, without what was only asked."""
        return [step(call) for call in self.host.called() if not call.startswith(ASKING)]

    def last(self) -> dict[str, Any]:
        """The last line of the history."""
        return self.host.history()[-1]


@contextlib.contextmanager
def new_stage() -> Iterator[Stage]:
    """Such a host."""
    with new_host() as host, no_listener() as port, pytest.MonkeyPatch.context() as on:
        yield Stage(host, port, on)
