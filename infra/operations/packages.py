"""Install Debian packages on a host where others use apt too, and whose mirror may be slow."""

import shlex
import time
from collections.abc import Generator, Mapping
from typing import Any

from pyinfra import host, logger
from pyinfra.api import Host, State, StringCommand
from pyinfra.connectors.util import CommandOutput, OutputLine

from infra.facts.login_shell import portable
from infra.facts.machine import InstalledPackages
from infra.operations.apt_trouble import Remedy, Trouble, judge
from infra.operations.operation import operation

# The messages are read. No question is asked, and an operator's configuration file stays.
DPKG = "--force-confdef --force-confold"
ENVIRONMENT = "LC_ALL=C DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1"
APT = (
    "apt-get --yes --quiet --no-remove -o Acquire::Retries=2"
    " -o Acquire::http::Timeout=30 -o Acquire::https::Timeout=30"
    " -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold"
)
REMEDIES = {
    Remedy.COMPLETE: f"{ENVIRONMENT} dpkg {DPKG} --configure --pending",
    Remedy.REPAIR: f"{ENVIRONMENT} {APT} --no-install-recommends --fix-broken install",
}
LOCK_SECONDS = 1800  # a first upgrade of all packages takes its time on a small host
POLL_SECONDS = 3
TOLD_SECONDS = 15  # between two lines of progress
MIRROR_SECONDS = 10


class AptCommand(StringCommand):
    """A command of apt's that waits for others, and for a mirror, and says what it waits for.

    One that is not `needed` may fail: what follows will tell whether it matters.
    """

    def __init__(self, *bits: Any, needed: bool = True) -> None:
        super().__init__(*bits)
        self.needed = needed

    def execute(
        self, state: State, host: Host, connector_arguments: Any
    ) -> tuple[bool, CommandOutput]:
        """Runs it until it succeeds, or nothing can be waited for."""
        began = told = time.monotonic()
        tries = 0
        applied: set[Remedy] = set()
        while True:
            done, output = super().execute(state, host, connector_arguments)
            found = judge(output.output_lines)
            if done and not (found and found.remedy is Remedy.AGAIN):
                return done, output
            found = found or Trouble(Remedy.NONE, "apt-get failed")
            now = time.monotonic()
            if found.remedy is Remedy.WAIT and now - began < LOCK_SECONDS:
                if now - told > TOLD_SECONDS or told == began:
                    told = now
                    say(host, f"waiting for apt, {now - began:.0f} s so far: {found.line}")
                time.sleep(POLL_SECONDS)
            elif found.remedy in REMEDIES and found.remedy not in applied:
                applied.add(found.remedy)
                say(host, f"first: {found.remedy.value}")
                AptCommand(portable(REMEDIES[found.remedy])).execute(
                    state, host, connector_arguments
                )
            elif found.remedy is Remedy.AGAIN and (tries := tries + 1) < (2 if done else 3):
                say(host, f"trying again: {found.line}")
                time.sleep(MIRROR_SECONDS)
            elif done or not self.needed:
                logger.warning(f"{host.print_prefix}{found.line}")
                return True, output
            else:
                return False, CommandOutput([OutputLine("stderr", found.line)])


def say(host: Host, line: str) -> None:
    """Progress for the operator."""
    logger.info(f"{host.print_prefix}{line}")


@operation()
def install(
    names: list[str], environment: Mapping[str, str]
) -> Generator[StringCommand, None, None]:
    """Debian packages are installed; the package lists are read only if one is missing.

    No package is removed for them. `environment` names the proxy, if there is one.
    """
    installed = host.get_fact(InstalledPackages, names=tuple(names))
    missing = sorted(set(names) - set(installed))
    if not missing:
        host.noop(f"{len(names)} packages are installed")
        return
    variables = [f"{name}={shlex.quote(value)}" for name, value in environment.items()]
    apt = " ".join([ENVIRONMENT, *variables, APT])
    # A source of somebody else's may be gone for good: Debian's own are what counts.
    yield AptCommand(f"{apt} update", needed=False)
    yield AptCommand(f"{apt} install --no-install-recommends {' '.join(map(shlex.quote, missing))}")
