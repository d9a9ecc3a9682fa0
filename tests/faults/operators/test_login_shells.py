"""Any login shell and any greeting: deploys, the deploy lock, the status and the tests work."""

import getpass
import json
import shlex
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from infra.onhost.layout import LAYOUT
from tests.faults.conftest import Target, once, pyinfra
from tests.faults.operators.conftest import USER, Inventory, deploy, release_told, told, verify

pytestmark = pytest.mark.destructive

LOCK = LAYOUT.deploy_lock
HOME = f"/home/{USER}"
# With the word that says that the lock is taken, on both streams; the last command fails.
GREETING = "echo 'Welcome, it is you!'; echo held; echo held 1>&2; false"
SLOW = f"sleep 1; {GREETING}"
PLAIN = "echo Welcome; echo held; false"  # csh has no 1>&2
# A login shell, the file that it reads before each command, and what stands in that.
SHELLS = {
    "bash": ("/bin/bash", ".bashrc", SLOW),
    "dash": ("/bin/dash", ".profile", GREETING),
    "zsh": ("/bin/zsh", ".zshenv", GREETING),
    "fish": ("/usr/bin/fish", ".config/fish/config.fish", GREETING),
    "tcsh": ("/bin/tcsh", ".cshrc", PLAIN),
    "csh": ("/bin/bsd-csh", ".cshrc", PLAIN),
}


def log_in_with(target: Target, shell: str) -> None:
    """Gives the operator a login shell with a greeting, and none of other shells."""
    path, file, greeting = SHELLS[shell]
    startup = f"{HOME}/{file}"
    target.run(f"rm -rf {HOME}/.bashrc {HOME}/.profile {HOME}/.zshenv {HOME}/.cshrc {HOME}/.config")
    target.run(f"mkdir -p $(dirname {startup}); echo {shlex.quote(greeting)} > {startup}")
    target.run(f"chown -R {USER}: {HOME}; usermod --shell {path} {USER}")


@contextmanager
def another_deploy(target: Target) -> Iterator[str]:
    """Somebody else holds the deploy lock; gives who."""
    other = "deploy by another, since today"
    holder = f"echo '{other}' > {LOCK}; systemd-run --quiet --unit slipway-test-lock"
    target.run(f"{holder} flock {LOCK} sleep 600")
    try:
        target.run(once(f"! flock --nonblock --shared {LOCK} true"))
        yield other
    finally:
        target.run("systemctl stop slipway-test-lock", check=False)


@pytest.mark.parametrize("shell", SHELLS)
def test_an_operator_deploys_and_asks_through_any_login_shell(
    operator: Target, inventory: Inventory, shell: str
) -> None:
    log_in_with(operator, shell)
    hosts = inventory(ssh_user=USER)
    with another_deploy(operator) as other:
        refused = pyinfra(hosts, "deploy.py", "-y")
    assert refused.returncode != 0
    assert f"another change of this host is under way: {other}" in refused.stderr
    operator.run("rm /etc/sysctl.d/*slipway*")
    done = pyinfra(hosts, "deploy.py", "-y")
    assert done.returncode == 0, done.stderr
    assert operator.run(f"cat {LOCK}").startswith(f"deploy by {getpass.getuser()}@")
    operator.run("ls /etc/sysctl.d/*slipway*")
    assert release_told(hosts, operator) == operator.release()
    assert isinstance(json.loads(told(hosts, "jobs").stdout), list | dict)


def test_without_a_change_a_deploy_asks_nobody_and_needs_no_terminal(
    operator: Target, inventory: Inventory
) -> None:
    log_in_with(operator, "tcsh")
    done = deploy(inventory(ssh_user=USER), operator)
    assert done.returncode == 0, done.stderr
    assert "No changes" in done.stderr
    assert "Press enter" not in done.stderr


@pytest.mark.parametrize("shell", ["fish", "csh"])
def test_a_host_is_verified_through_any_login_shell(
    operator: Target, inventory: Inventory, shell: str
) -> None:
    log_in_with(operator, shell)
    done = verify(inventory(ssh_user=USER))
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("shell", "said"),
    [
        ("/usr/sbin/nologin", "This account is currently not available."),
        ("/usr/local/bin/greeter", "Come back later"),
        ("/usr/local/bin/leaver", "Goodbye"),
    ],
)
def test_a_login_shell_that_runs_nothing_is_named(
    operator: Target, inventory: Inventory, shell: str, said: str
) -> None:
    operator.run("printf '#!/bin/sh\\necho Come back later\\n' > /usr/local/bin/greeter")
    operator.run("printf '#!/bin/sh\\necho Goodbye; exit 1\\n' > /usr/local/bin/leaver")
    operator.run(f"chmod +x /usr/local/bin/*er; usermod --shell {shell} {USER}")
    try:
        done = pyinfra(inventory(ssh_user=USER), "deploy.py", "-y")
    finally:
        operator.run("rm /usr/local/bin/greeter /usr/local/bin/leaver")
    assert done.returncode != 0
    assert said in done.stderr
    assert "the login shell of the SSH user runs no commands" in done.stderr
    assert "Nothing was changed." in done.stderr
    assert "Traceback" not in done.stderr
