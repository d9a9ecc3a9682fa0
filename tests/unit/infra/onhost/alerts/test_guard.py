"""Who looks after the watchdog, the timers, the programs and the alerts themselves."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.hostfile import HostFile
from infra.onhost import layout
from infra.onhost.alerts import guard, send
from infra.onhost.alerts.send import NotSentError
from infra.onhost.locks import lock
from infra.programs import alert_programs, programs
from infra.timers import TIMERS
from tests.support.onhost import CONFIG, Host, new_host

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to root: needs root")


def put(host: Host, found: tuple[Path, list[HostFile]], link: Path) -> Path:
    """Puts programs on the host as a deploy does."""
    version, files = found
    for file in files:
        path = host.root / file.path.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content or b"")
        path.chmod(int(file.mode, 8))
    link.symlink_to(host.root / str(version).lstrip("/"))
    return link.resolve()


def timers(host: Host, **changed: str) -> None:
    """The timers of the host's systemd; each is active and enabled unless it is said otherwise."""
    states = dict.fromkeys(guard.TIMERS, "active enabled") | {
        name.replace("_", "-") + ".timer": state for name, state in changed.items()
    }
    blocks = [
        "Id={}\nActiveState={}\nUnitFileState={}".format(name, *f"{state} ".split(" "))
        for name, state in states.items()
    ]
    text = "\n\n".join(blocks)
    host.program("systemctl", f"case $1 in show) printf '{text}\n';; esac")


@pytest.fixture
def host() -> Iterator[Host]:
    """A host that is well, whose alerts a command takes."""
    with new_host() as host:
        put(host, programs(), host.layout.current_programs)
        put(host, alert_programs(), host.layout.current_alert_programs)
        timers(host)
        host.program("tell", f"cat >> {letters(host)}; echo >> {letters(host)}")
        host.layout.host_config.write_text(CONFIG.to_json())
        ways = json.dumps({"command": ["tell"], "webhook": "", "mail": None})
        for file in (host.layout.alerts, host.layout.alerts_copy):
            file.write_text(ways)
        guard.write(host.layout.watchdog_memory, {})
        yield host


def letters(host: Host) -> Path:
    return host.calls.with_name("letters")


def told(host: Host) -> str:
    return letters(host).read_text() if letters(host).exists() else ""


def look(host: Host, monkeypatch: pytest.MonkeyPatch, *seconds: float) -> None:
    """Looks at these moments."""
    for later in seconds:
        monkeypatch.setattr("time.monotonic", lambda after=later: 1e6 + after)
        guard.look(host.layout)


def test_a_host_that_is_well_needs_no_word(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.monotonic", lambda: 1e6)
    guard.write(host.layout.watchdog_memory, {})
    look(host, monkeypatch, 0, 60, 100)
    assert told(host) == ""
    assert guard.age(host.layout.guard_memory) == 0


def test_all_timers_that_a_deploy_starts_are_looked_after() -> None:
    assert set(guard.TIMERS) == set(TIMERS)
    assert layout.GUARD_TIMER in guard.TIMERS


def test_a_watchdog_that_looks_no_more_is_told_once(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    look(host, monkeypatch, 0, 60)
    assert told(host) == ""
    look(host, monkeypatch, 121, 180, 240)
    assert told(host).count("slipway-watchdog.timer lets nobody look at this host any more") == 1


@pytest.mark.parametrize(
    ("state", "started"),
    [("inactive enabled", True), ("failed enabled", True), ("inactive disabled", False),
     ("inactive masked", False), ("inactive", False)],
)  # fmt: skip
def test_a_timer_that_is_off_is_told_and_started_unless_it_was_disabled(
    host: Host, monkeypatch: pytest.MonkeyPatch, state: str, started: bool
) -> None:
    timers(host, slipway_certificate=state)
    look(host, monkeypatch, 0, 60)
    assert "systemctl start slipway-certificate.timer" not in host.called()
    look(host, monkeypatch, 121, 180)
    assert told(host).count("slipway-certificate.timer is inactive" if "in" in state[:2]
                            else "slipway-certificate.timer is failed") == 1  # fmt: skip
    assert ("systemctl start slipway-certificate.timer" in host.called()) is started


def test_while_a_deploy_is_at_work_timers_are_its_own_affair(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    timers(host, slipway_check="inactive disabled")
    with lock(host.layout.deploy_lock, "a deploy"):
        look(host, monkeypatch, 0, 300)
    assert told(host) == ""


@pytest.mark.parametrize("name", ["alerts", "host_config"])
@pytest.mark.parametrize("text", ["", "{", "[]"])
def test_a_broken_file_is_told_at_once(
    host: Host, monkeypatch: pytest.MonkeyPatch, name: str, text: str
) -> None:
    file: Path = getattr(host.layout, name)
    file.write_text(text)
    look(host, monkeypatch, 0, 30)
    assert told(host).count(f"{file} cannot be read") >= 1
    assert told(host).count("A deploy puts it right") == 1


@pytest.mark.parametrize("which", ["current_programs", "current_alert_programs"])
@pytest.mark.parametrize("how", ["edited", "gone", "more", "mode"])
def test_programs_that_are_not_those_of_the_deploy_are_told(
    host: Host, monkeypatch: pytest.MonkeyPatch, which: str, how: str
) -> None:
    link: Path = getattr(host.layout, which)
    file = link / "onhost" / "alerts" / "ways.py"
    match how:
        case "edited":
            file.write_text("a syntax error")
        case "gone":
            file.unlink()
        case "more":
            file.with_name("json.py").write_text("")
        case _:
            file.chmod(0o666)
    look(host, monkeypatch, 0, 30)
    assert told(host).count(f"the programs in {link.resolve()} are not those of the deploy") == 1


def test_python_s_own_copies_are_no_difference(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = host.layout.current_programs / "onhost" / "__pycache__"
    cache.mkdir()
    (cache / "layout.cpython-313.pyc").write_text("")
    look(host, monkeypatch, 0)
    assert told(host) == ""


def test_what_waits_is_sent_and_a_way_that_fails_is_a_failed_unit(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    send.put(host.layout, "watchdog-web", "web hangs", "Look at it.\n")
    host.program("tell", "exit 1")
    with pytest.raises(NotSentError, match="command: exit code 1"):
        look(host, monkeypatch, 0)
    host.program("tell", f"cat >> {letters(host)}")
    look(host, monkeypatch, 60)
    assert told(host) == "web hangs\n\nLook at it.\n"
    assert any(call.startswith("systemctl reset-failed slipway-alert@watchdog-web.service")
               for call in host.called())  # fmt: skip


def run(programs_: Path, script: str) -> "subprocess.CompletedProcess[str]":
    """Runs a line of Python with programs of the host alone."""
    begin = "from pathlib import Path; from onhost.layout import Layout\n"
    return subprocess.run(
        [sys.executable, "-S", "-P", "-W", "error", "-c", f"{begin}{script}"],
        env={**os.environ, "PYTHONPATH": str(programs_)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_alert_goes_out_when_every_other_program_is_broken(host: Host) -> None:
    for file in host.layout.current_programs.resolve().rglob("*.py"):
        file.write_text("a syntax error")
    host.layout.host_config.write_text("")
    script = f"from onhost.alerts import send; send.tell(Layout(Path({str(host.root)!r})), 'x')"
    done = run(host.layout.current_alert_programs, script)
    assert done.returncode == 0, done.stderr
    assert told(host).startswith("x failed on ")


def test_the_other_copy_sends_it_when_the_programs_of_the_alerts_are_broken(host: Host) -> None:
    shutil.rmtree(host.layout.current_alert_programs.resolve())
    script = f"from onhost.alerts import send; send.tell(Layout(Path({str(host.root)!r})), 'x')"
    done = run(host.layout.current_programs, script)
    assert done.returncode == 0, done.stderr
    assert told(host).startswith("x failed on ")
