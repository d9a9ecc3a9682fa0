"""The units of systemd: what they run, for how long, and that systemd understands them."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from infra.checkout import CHECKOUT
from infra.onhost import layout
from infra.onhost.commands import ACTIONS
from infra.onhost.layout import LAYOUT
from infra.programs import UNITS, unit_file
from infra.settings import load
from infra.timers import TIMERS

GOOD = {"domain": "app.example.org", "email": "you@example.org"}
LONG = {
    "processes": {"a": {"kind": "queue", "stop_limit": 7200}, "worker": {"kind": "queue"}},
    "web": {"request_timeout": 600},
}
SETTINGS = {"defaults": load(GOOD, "one"), "unusual": load(GOOD | LONG, "one")}
PROGRAMS = [
    LAYOUT.command,
    *map(Path, ("/usr/bin/docker", "/usr/bin/python3", "/usr/bin/rm", "/usr/bin/test")),
    Path("/usr/lib/systemd/systemd-sysctl"),
]
ALERTS = (layout.ALERT_UNIT, layout.SPARE_ALERT_UNIT)


def text(name: str, kind: str = "defaults") -> str:
    return (unit_file(name, SETTINGS[kind]).content or b"").decode()


def values(name: str, key: str, kind: str = "defaults") -> list[str]:
    return re.findall(rf"^{key}=(.*)$", text(name, kind), re.MULTILINE)


def test_every_template_of_a_unit_is_installed() -> None:
    templates = {path.name.removesuffix(".j2") for path in (CHECKOUT / "systemd").iterdir()}
    assert templates == set(UNITS)


def test_the_units_are_those_that_the_programs_on_the_host_name() -> None:
    named = {layout.BASE_UNIT, layout.CERTIFICATE_UNIT, layout.CHECK_UNIT, layout.WATCHDOG_UNIT}
    named |= {layout.SITE_UNIT, layout.INSPECTION_UNIT, *ALERTS, layout.GUARD_UNIT, *TIMERS}
    named |= {layout.RELEASE_UNIT.format(release=""), layout.TIMER_UNIT}
    assert named == set(UNITS)


@pytest.mark.parametrize("timer", TIMERS)
def test_a_timer_starts_a_service_that_exists_and_comes_back_after_a_boot(timer: str) -> None:
    assert timer.replace(".timer", ".service") in UNITS
    assert values(timer, "WantedBy") == ["timers.target"]


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_calls_only_commands_that_there_are(name: str) -> None:
    for command in values(name, "ExecStart"):
        program, *words = command.split()
        if program == str(LAYOUT.command):
            assert words[0] in ACTIONS
        else:
            assert Path(program) in PROGRAMS


@pytest.mark.parametrize("name", [unit for unit in UNITS if unit.endswith(".service")])
def test_no_service_may_take_for_ever(name: str) -> None:
    assert len(values(name, "TimeoutStartSec")) == 1


@pytest.mark.parametrize("kind", SETTINGS)
def test_a_release_s_jobs_may_end_before_systemd_ends_the_stop(kind: str) -> None:
    [limit] = values("slipway@.service", "TimeoutStopSec", kind)
    assert int(limit) > SETTINGS[kind].longest_job + 10  # the workers' stop_grace_period
    assert int(limit) > SETTINGS[kind].web.request_timeout + 5


def test_a_release_runs_from_its_own_directory_or_not_at_all() -> None:
    name = "slipway@.service"
    assert values(name, "WorkingDirectory") == [f"{LAYOUT.releases}/%i"]
    assert values(name, "ConditionPathExists") == [f"{LAYOUT.releases}/%i/compose.yaml"]


@pytest.mark.parametrize("name", [layout.BASE_UNIT, "slipway@.service"])
def test_containers_live_on_while_dockerd_restarts(name: str) -> None:
    assert "docker.service" in values(name, "Wants")[0]
    assert values(name, "Requires") == []
    assert values(name, "RemainAfterExit") == ["yes"]


@pytest.mark.parametrize("timer", [layout.CERTIFICATE_TIMER, layout.CHECK_TIMER])
def test_what_a_sleeping_host_missed_is_made_up_for(timer: str) -> None:
    assert values(timer, "Persistent") == ["true"]


def test_hosts_do_not_ask_the_ca_all_at_once() -> None:
    assert values(layout.CERTIFICATE_TIMER, "RandomizedDelaySec") == ["6h"]


@pytest.mark.parametrize("name", [unit for unit in UNITS if unit.endswith(".service")])
def test_every_service_that_fails_is_an_alert_and_that_has_a_spare(name: str) -> None:
    wanted = {
        layout.ALERT_UNIT: ["slipway-alert-spare@%i.service"],
        layout.SPARE_ALERT_UNIT: [],
    }
    assert values(name, "OnFailure") == wanted.get(name, ["slipway-alert@%n.service"])


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_names_the_unit_as_systemd_calls_it(name: str) -> None:
    [command] = values(name, "ExecStart")
    assert command == "/usr/bin/python3 -P -m onhost.alerts tell %i"  # %I has / for each -
    assert "%I" not in text(name)


def test_an_alert_and_its_spare_run_two_copies_of_the_programs() -> None:
    found = [values(name, "Environment") for name in (*ALERTS, layout.GUARD_UNIT)]
    mine, other = LAYOUT.current_alert_programs, LAYOUT.current_programs
    assert found == [[f"PYTHONPATH={path}"] for path in (mine, other, mine)]


def test_an_alert_of_programs_that_were_emptied_has_failed() -> None:
    """They would end well and tell nobody."""
    mark = f"{LAYOUT.alerted}/%i.done"
    assert values(layout.ALERT_UNIT, "ExecStartPre") == [f"-/usr/bin/rm --force {mark}"]
    assert values(layout.ALERT_UNIT, "ExecStartPost") == [f"/usr/bin/test -e {mark}"]


def test_the_look_at_what_is_served_does_not_wait_for_the_network_or_the_ca() -> None:
    assert values(layout.CHECK_UNIT, "After") == ["slipway-base.service"]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze")
@pytest.mark.parametrize("kind", SETTINGS)
def test_systemd_understands_the_units(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / str(LAYOUT.units).lstrip("/")
    folder.mkdir(parents=True)
    for name in UNITS:
        (folder / name).write_text(text(name, kind))
    for target in ("docker.service", "network-online.target", "multi-user.target",
                   "timers.target", "basic.target", "sysinit.target"):  # fmt: skip
        service = "[Service]\nExecStart=/usr/bin/docker\n" if target.endswith("service") else ""
        (folder / target).write_text(f"[Unit]\nDescription=of the system\n{service}")
    for program in PROGRAMS:
        path = tmp_path / str(program).lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("#!/bin/sh\n")
        path.chmod(0o755)
    names = [name.replace("@", "@0123456789ab") for name in UNITS]
    done = subprocess.run(
        ["systemd-analyze", "verify", f"--root={tmp_path}", *names],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")  # what it only warns of has exit code 0
