"""The rounds: some breakages at once, looked at together, then one deploy."""

import json
import os
import re
import shlex
import subprocess
import sys
import time

import pytest

from tests.breakages import found as results
from tests.breakages.breakage import SHELL, Breakage, rounds
from tests.breakages.found import Found
from tests.breakages.rows import ROWS
from tests.deployed import CHECKOUT, deployed
from tests.faults.conftest import INVENTORY, Target, lab
from tests.site import wait_until

ALERTS = "/var/tmp/alerts"
SETTINGS = {"alerts": {"command": ["/usr/bin/tee", "--append", ALERTS]}}
TIMERS = "slipway-watchdog.timer slipway-inspection.timer slipway-check.timer"
LOOKS = ("slipway-inspection", "slipway-check")
HEALED = 90  # seconds that the watchdog may need
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
    """The lines of attention that the status shows."""
    shown = target.run("slipway status", check=False)
    return "\n".join(line for line in shown.splitlines() if "ATTENTION" in line)


def alerted(target: Target, began: str) -> str:
    """The alerts of a look at the host as its timers would begin it, with the looks' own words."""
    target.run("rm -rf /run/slipway-alerted; systemctl start slipway-watchdog.timer")
    for unit in LOOKS:
        target.run(f"systemctl start {unit}.service", check=False)
    target.run(f"timeout 60 sh -c 'until test -s {ALERTS}; do sleep 1; done'", check=False)
    units = " ".join(f"--unit {unit}" for unit in (*LOOKS, "slipway-watchdog"))
    sent = target.run(f"cat {ALERTS} 2>/dev/null", check=False)
    said = target.run(f"journalctl --quiet --output cat --since @{began} {units}")
    return f"{sent}\n{said}" if sent else ""


def one_round(target: Target, group: list[Found]) -> None:
    """Breaks the host in these ways, and sees what says so and what mends it."""
    rows = [one.row for one in group]
    target.run(f"systemctl stop {TIMERS}; rm -f {ALERTS}")
    began = target.run("date +%s")
    for one in group:
        on_host(target, one.row.breaks)
        one.broken = not on_host(target, one.row.whole)
    if any(row.reboots for row in rows):
        lab("reboot", target.name)
    else:
        said, shown = verified(target, rows), attention(target)
        for one in group:
            one.columns["named"] = bool(re.search(one.row.said, said))
            one.columns["shown"] = bool(re.search(one.row.said, shown))
    told = alerted(target, began)
    deadline = time.monotonic() + HEALED
    waiting = [one for one in group if not re.search(one.row.said, told)]
    while waiting and time.monotonic() < deadline:
        waiting = [one for one in waiting if not on_host(target, one.row.whole)]
    for one in group:
        one.columns["noticed"] = one not in waiting
    done = target.deploy(**SETTINGS)
    left = target.run("slipway inspect --json", check=False)
    for one in group:
        whole = on_host(target, one.row.whole) and not re.search(one.row.said, left)
        one.columns["mended"] = whole and done.returncode == 0
        one.told = "" if one.columns["mended"] else f"{done.stdout}{done.stderr}{left}"[-3000:]
    wait_until(target.healthy, 120)


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
        one_round(target, [everything[row.name] for row in group])
    again = target.deploy("--json", **SETTINGS)
    assert json.loads(again.stdout)["results"]["totals"]["success"] == 0, again.stdout
    shown = results.table(list(everything.values()))
    print(f"\n{shown}")
    if len(rows) == len(ROWS):
        DOCUMENT.write_text(results.INTRODUCTION + shown)
    return everything
