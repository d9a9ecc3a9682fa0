"""Packages on a host where others use apt too: what is waited for, and what is told in a line."""

from typing import Any

import pytest
from pyinfra.connectors.util import CommandOutput, OutputLine

from infra.facts.machine import InstalledPackages
from infra.operations import packages
from infra.operations.apt_trouble import Remedy, judge
from infra.operations.packages import AptCommand
from tests.support.operations import Outcome, known, nothing, outcome

PROXY = {"https_proxy": "http://proxy.example.org:3128/"}
LISTS = (
    "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 811 (apt-get)\n"
    "E: Unable to lock directory /var/lib/apt/lists/"
)
INTERRUPTED = (
    "E: dpkg was interrupted, you must manually run 'dpkg --configure -a' to correct the problem. "
)
AWAY = (
    "E: Failed to fetch http://mirror.example/debian/pool/d.deb  Could not connect to"
    " mirror.example:80 (192.0.2.1), connection timed out"
)


def installing(*installed: str, environment: dict[str, str] | None = None) -> Outcome:
    fact = known(InstalledPackages, list(installed), names=("b", "a"))
    return outcome(packages.install, fact, names=["b", "a"], environment=environment or {})


def test_installed_packages_are_left_alone() -> None:
    assert installing("a", "b") == nothing("2 packages are installed")


def test_missing_packages_are_installed_after_the_lists_are_read_and_none_is_removed() -> None:
    [update, install] = installing().commands
    assert update.endswith(" update")
    assert install.endswith(" install --no-install-recommends a b")
    assert all("--no-remove" in command for command in (update, install))
    assert installing("b").commands[1].endswith(" a")


def test_apt_goes_by_the_proxy_of_the_settings() -> None:
    for command in installing(environment=PROXY).commands:
        assert "https_proxy=http://proxy.example.org:3128/ apt-get" in command


@pytest.mark.parametrize(
    ("said", "remedy", "line"),
    [
        (LISTS, Remedy.WAIT, "apt-get, process 811, has /var/lib/apt/lists/lock"),
        (
            "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 7"
            " (unattended-upgr)",
            Remedy.WAIT,
            "unattended-upgr, process 7, has /var/lib/dpkg/lock-frontend",
        ),
        (
            "E: Could not get lock /var/cache/apt/archives/lock - open (11: Resource)",
            Remedy.WAIT,
            "",
        ),
        (
            "dpkg: error: dpkg frontend lock was locked by another process with pid 9",
            Remedy.WAIT,
            "another program has the lock of dpkg",
        ),
        (INTERRUPTED, Remedy.COMPLETE, "dpkg was interrupted: run dpkg --configure -a"),
        (
            "E: Unmet dependencies. Try 'apt --fix-broken install' with no packages",
            Remedy.REPAIR,
            "packages are half installed: run apt-get --fix-broken install, and deploy again",
        ),
        (
            AWAY,
            Remedy.AGAIN,
            "http://mirror.example/debian/pool/d.deb cannot be fetched (Could not connect to"
            " mirror.example:80 (192.0.2.1), connection timed out): check the host's network, and"
            " the mirrors in /etc/apt",
        ),
        (
            "E: You don't have enough free space in /var/cache/apt/archives/.",
            Remedy.NONE,
            "the disk of /var/cache/apt/archives/ is full: make room",
        ),
        (
            "The following packages will be REMOVED:\n  moby-engine\n"
            "E: Packages need to be removed but remove is disabled.",
            Remedy.NONE,
            "Docker's packages would remove packages that are here (moby-engine): decide which to"
            " keep, and remove the others",
        ),
        (
            "E: Unable to locate package docker.io",
            Remedy.NONE,
            "apt finds no package docker.io: check the sources in /etc/apt",
        ),
        (
            "dpkg: error processing package docker.io (--configure):\n installed script failed",
            Remedy.NONE,
            "dpkg cannot install docker.io: installed script failed",
        ),
        ("E: Something else", Remedy.NONE, "apt-get: Something else"),
    ],
)
def test_what_apt_says_is_told_in_a_line(said: str, remedy: Remedy, line: str) -> None:
    found = judge(said.splitlines())
    assert found
    assert found.remedy is remedy
    assert found.line == line or not line


def test_what_says_nothing_of_trouble_is_none() -> None:
    assert judge(["Reading package lists...", "Setting up docker.io ..."]) is None


class Scripted:
    """A host that answers each command with the next of these: exit code and what is said."""

    def __init__(self, *answers: tuple[int, str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []
        self.print_prefix = ""

    def run_shell_command(self, command: Any, **_: Any) -> tuple[bool, CommandOutput]:
        self.asked.append(command.get_raw_value())
        code, said = self.answers.pop(0)
        lines = [OutputLine("stderr", line) for line in said.splitlines()]
        return code == 0, CommandOutput(lines)


class Quiet:
    print_output = print_input = False


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that only a wait moves forward."""
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    monkeypatch.setattr("infra.operations.packages.time.monotonic", lambda: now[0])
    monkeypatch.setattr("infra.operations.packages.time.sleep", sleep)
    return now


def run(host: Scripted, *, needed: bool = True) -> tuple[bool, str]:
    command: Any = AptCommand("apt-get x", needed=needed)
    done, output = command.execute(Quiet(), host, {})
    return done, output.output


def test_another_apt_is_waited_for(clock: list[float]) -> None:
    assert run(Scripted(*[(100, LISTS)] * 100, (0, "done"))) == (True, "done")
    assert clock[0] == 100 * packages.POLL_SECONDS
    host = Scripted(*[(100, LISTS)] * 1000)
    assert run(host) == (False, "apt-get, process 811, has /var/lib/apt/lists/lock")


def test_an_interrupted_dpkg_is_completed_first_and_once() -> None:
    host = Scripted((100, INTERRUPTED), (0, ""), (0, "done"))
    assert run(host) == (True, "done")
    assert host.asked[1].endswith("dpkg --force-confdef --force-confold --configure --pending")
    assert run(Scripted((100, INTERRUPTED), (0, ""), (100, INTERRUPTED))) == (
        False,
        "dpkg was interrupted: run dpkg --configure -a",
    )


def test_a_mirror_is_asked_three_times() -> None:
    assert run(Scripted((100, AWAY), (100, AWAY), (0, "done"))) == (True, "done")
    done, said = run(Scripted(*[(100, AWAY)] * 3))
    assert (done, said.split(" ")[1]) == (False, "cannot")
    # apt-get update calls it success when no mirror has answered.
    assert run(Scripted((0, AWAY.replace("E:", "W:")), (0, "done"))) == (True, "done")


def test_a_source_that_is_gone_is_not_the_end() -> None:
    gone = "E: The repository 'https://gone.example.org stable Release' has no Release file."
    assert run(Scripted((100, gone)), needed=False) == (True, gone)
    assert run(Scripted((100, gone)))[0] is False
