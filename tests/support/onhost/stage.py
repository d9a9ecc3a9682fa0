"""A host in a directory on which a release is switched to.

The layout, the history, the lock, the link and the secrets are real; systemctl, docker and nginx
note what they are told, since there are none here: tests/faults switches on a host.
"""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from infra.onhost import layout
from infra.onhost.command import Failure
from infra.onhost.config import HostConfig
from infra.onhost.releases import health, release, static_files, switch, workers
from infra.onhost.releases.switch import Order
from infra.onhost.services import nginx
from tests.support.onhost import Host, config, new_host, no_listener

ORDER = Order("b", "deploy", "me@laptop", "0123+")
ASKING = ("systemctl list-units", "docker ps", "docker inspect", "docker image ls")
B_COMPOSE = "docker compose --project-directory {}/opt/slipway/releases/b"
STEPS = [
    "docker rm --force slipway-release-command",
    B_COMPOSE
    + " --profile release-command run --rm --name slipway-release-command release-command",
    "docker rm --force slipway-release-command",
    B_COMPOSE + " up --detach web",
    "wait_until_healthy b",
    "publish b",
    "check_inside b",
    "check",
    "systemctl start slipway@b.service",
    "workers_healthy b",
    "docker kill --signal TERM worker-of-a",
    "reload",
    "check_outside b",
    "systemctl enable --quiet slipway@b.service",
    "systemctl disable --quiet slipway@a.service",
    "systemd-run --quiet --collect --no-block --unit slipway-retire-a.service {command} retire a",
]
# That there is nothing to remove, or nobody to tell, is no failure.
NO_FAILURE = ("docker rm", "docker kill")
WORKERS = '{"services": {"worker": {"deploy": {"replicas": 1}}}}'
MOVED = STEPS.index("docker kill --signal TERM worker-of-a")
TRIED = [step for step in STEPS[:-2] if not step.startswith(NO_FAILURE)]
COMMAND_STEPS = STEPS[:3]


def filled(steps: list[str], stage: "Stage") -> list[str]:
    """Steps as they are called on this host."""
    return [step.format(stage.root, command=layout.COMMAND) for step in steps]


class Stage:
    """A host where a is live and b is put; the step that shall fail does."""

    def __init__(self, host: Host, port: int, on: pytest.MonkeyPatch) -> None:
        self.host = host
        self.config: HostConfig = config(port)
        self.root = str(host.calls.parent)
        host.release("a")
        host.release("b", release_command=True, static_folder="/static")
        release.routes("b").write_text("# another\n")
        layout.CURRENT.symlink_to("a")
        nginx.CONFIGURATION.write_text("")
        (layout.SECRETS / "key").write_text("of today")
        self._units = host.calls.with_name("units")
        self._retiring = host.calls.with_name("retiring")
        self.units("a")
        self.fail("nothing")
        # These are tested against real servers of their own; here their place in the order is.
        for module, name in ((health, "wait_until_healthy"), (health, "check_inside"),
                             (health, "check_outside"), (static_files, "publish"),
                             (nginx, "check"), (nginx, "reload")):  # fmt: skip
            on.setattr(module, name, self._noting(name))
        on.setattr(workers, "wait_until_healthy", self._noting("workers_healthy"))
        on.setattr(switch, "PROBE_SECONDS", 0)

    def _noting(self, name: str) -> Callable[..., None]:
        def step(first: object = "", *_: Any) -> None:
            self.on_step()
            line = f"{name} {first}" if isinstance(first, str) and first else name
            with self.host.calls.open("a") as calls:
                calls.write(line + "\n")
            if line == self._failing:
                raise self.error

        return step

    on_step: Callable[[], object] = staticmethod(lambda: None)
    """Called at each step that is no program."""
    error: Exception = Failure("no luck\nand more")
    """What the steps raise that are no programs."""

    def fail(self, step: str, logs: str = "echo 'its log'") -> None:
        """From now on this step fails, and no other."""
        self._failing = step.format(self.root)
        self._logs = logs
        self.fail_too(self._failing)

    def fail_too(self, call: str) -> None:
        """From now on this call of a program fails as well."""
        calls = f"'{self._failing}' | '{call}'"
        refuse = f"case \"${{0##*/}} $*\" in {calls}) echo 'no luck' >&2; exit 1;; esac"
        self.host.program(
            "systemctl",
            f"{refuse}; case $* in list-units*active,*slipway@*) cat {self._units};;"
            f" list-units*slipway-retire-*) cat {self._retiring};; esac",
        )
        self.host.program("systemd-run", refuse)
        self.host.program("journalctl", "echo 'its unit'")
        self.host.program(
            "docker",
            f"{refuse}; case $* in 'ps --quiet'*project=slipway-a*) echo worker-of-a;;"
            f" inspect*) echo 1;; *config*) echo '{WORKERS}';;"
            f" *logs*) {self._logs};; esac",
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
        switch.switch(order, self.config)

    def steps(self) -> list[str]:
        """What was done, without what was only asked."""
        return [call for call in self.host.called() if not call.startswith(ASKING)]

    def last(self) -> dict[str, Any]:
        """The last line of the history."""
        return self.host.history()[-1]


@contextlib.contextmanager
def new_stage() -> Iterator[Stage]:
    """Such a host."""
    with new_host() as host, no_listener() as port, pytest.MonkeyPatch.context() as on:
        yield Stage(host, port, on)
