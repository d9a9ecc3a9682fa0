"""The rounds: some breakages at once, looked at together, then one deploy."""

import contextlib
import json
import os
import re
import shlex
import subprocess
import sys
import time

import pytest

from tests.breakages import found as results
from tests.breakages.breakage import Breakage, rounds
from tests.breakages.found import Found
from tests.breakages.rows import ROWS
from tests.breakages.shell import SHELL
from tests.deployed import CHECKOUT, deployed
from tests.faults.conftest import INVENTORY, Target, lab
from tests.site import wait_until

ALERTS = "/var/tmp/alerts"
SETTINGS = {"alerts": {"command": ["/usr/bin/tee", "--append", ALERTS]}}
WATCHDOG = "slipway-watchdog"
LOOKS = ("slipway-inspection", "slipway-check", "slipway-site")
TIMERS = " ".join(f"{unit}.timer" for unit in (WATCHDOG, *LOOKS))
BREAKS = 30  # seconds until what a row has done shows
HEALED = 300  # seconds that the host may need to heal, or to tell of it
WELL = 120  # seconds until the host is well after a deploy
DOCUMENT = CHECKOUT / "docs" / "breakages.md"


def on_host(target: Target, command: str) -> bool:
    """Whether a command of a row ends well; its words may be those of SHELL."""
    words = f"sudo bash -c {shlex.quote(f'{SHELL}{command}')}"
    return lab("ssh", target.name, words, check=False).returncode == 0


def verified(target: Target, group: list[Breakage]) -> str:
    """What the tests of the host say that these rows are named by."""
    environment = {"TEST_HOST": target.name, "TEST_SETTINGS": json.dumps(SETTINGS)}
    files = sorted({row.test for row in group})
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *files, "--inventory", INVENTORY, "--quiet",
         "-p", "no:cacheprovider"],
        cwd=CHECKOUT, env={**os.environ, **environment},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout if done.returncode == 1 else ""


def attention(target: Target) -> str:
    """The lines of attention of the status, or why there is no status."""
    done = lab("ssh", target.name, "sudo slipway status", check=False)
    lines = done.stdout.splitlines() if done.returncode == 0 else done.stderr.splitlines()
    return "\n".join(line for line in lines if "ATTENTION" in line or done.returncode)


def told(target: Target, began: str) -> str:
    """The alerts that were sent, with the words of the looks that they tell of."""
    units = " ".join(f"--unit {unit}" for unit in (*LOOKS, WATCHDOG))
    sent = target.run(f"cat {ALERTS} 2>/dev/null", check=False)
    said = target.run(f"journalctl --quiet --output cat --since @{began} {units}")
    return f"{sent}\n{said}" if sent else ""


def broken(target: Target, group: list[Found]) -> None:
    """Breaks the host in these ways, and waits until that shows."""
    target.run(f"systemctl stop {TIMERS}; rm -f {ALERTS}")
    for one in group:
        on_host(target, one.row.breaks)
        deadline = time.monotonic() + BREAKS
        while not one.broken and time.monotonic() < deadline:
            one.broken = not on_host(target, one.row.whole)


def looked_at(target: Target, group: list[Found]) -> None:
    """Somebody verifies the host, and asks for its status."""
    said, shown = verified(target, [one.row for one in group]), attention(target)
    for one in group:
        one.columns["named"] = bool(re.search(one.row.said, said))
        one.columns["shown"] = bool(re.search(one.row.said, shown))


def noticed(target: Target, group: list[Found], began: str) -> None:
    """The host looks at itself as by its timers, until it has told of each or is whole again."""
    target.run("rm -rf /run/slipway-alerted")
    target.run(f"systemctl start {WATCHDOG}.timer slipway-site.timer", check=False)
    units = " ".join(f"{unit}.service" for unit in LOOKS)
    target.run(f"systemctl start --no-block {units}", check=False)
    deadline = time.monotonic() + HEALED
    waiting, words = list(group), ""
    while waiting and time.monotonic() < deadline:
        words = told(target, began)
        waiting = [one for one in waiting if not re.search(one.row.said, words)]
        waiting = [one for one in waiting if not on_host(target, one.row.whole)]
    late = [one for one in group if "shown" in one.missing]  # by looks that come each minute
    shown = attention(target) if late else ""
    for one in group:
        one.columns["noticed"] = one not in waiting
        one.columns["shown"] = one.columns["shown"] or bool(re.search(one.row.said, shown))
        one.told += f"{words}\n{shown}"[-3000:]


def mended(target: Target, group: list[Found]) -> bool:
    """A deploy, after a person has mended what no deploy can; whether the host is whole again."""
    for one in group:
        on_host(target, one.row.undo or "true")
    done = target.deploy(**SETTINGS)
    left = target.run("slipway inspect --json", check=False)
    for one in group:
        whole = on_host(target, one.row.whole) and not re.search(one.row.said, left)
        one.columns["mended"] = whole and done.returncode == 0
        if not one.columns["mended"]:
            one.told += f"\nTHE DEPLOY:\n{done.stdout}{done.stderr}{left}"[-3000:]
    return not done.returncode or not target.deploy(**SETTINGS).returncode


def one_round(target: Target, group: list[Found]) -> bool:
    """Breaks the host in these ways, and sees what says so and what mends it.

    Whether another can follow: else its rows would be found broken by these.
    """
    began = target.run("date +%s")
    broken(target, group)
    if any(one.row.reboots for one in group):
        lab("reboot", target.name)
    else:
        looked_at(target, group)
    noticed(target, group, began)
    whole = mended(target, group)
    with contextlib.suppress(AssertionError):  # the rows have what was said
        wait_until(target.healthy, WELL)
    return whole and target.healthy()


@pytest.fixture(scope="session")
def tried(request: pytest.FixtureRequest) -> dict[str, Found]:
    """What was found of each row that was asked for."""
    wanted = {item.callspec.params["row"].name for item in request.session.items
              if hasattr(item, "callspec")}  # fmt: skip
    rows = [row for row in ROWS if row.name in wanted]
    name = os.environ.get("TEST_HOST", "test")
    target = Target(name, deployed(INVENTORY, TEST_HOST=name)[name])
    assert target.deploy(**SETTINGS).returncode == 0
    everything = {row.name: Found(row) for row in rows}
    for group in rounds(rows):
        if not one_round(target, [everything[row.name] for row in group]):
            break
    again = target.deploy("--json", **SETTINGS)
    assert json.loads(again.stdout)["results"]["totals"]["success"] == 0, again.stdout
    shown = results.table(list(everything.values()))
    print(f"\n{shown}")
    if len(rows) == len(ROWS):
        DOCUMENT.write_text(results.INTRODUCTION + shown)
    return everything
