"""What a person sees of a release that is refused: the reason first, then what to do."""

import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from tests.deployed import CHECKOUT
from tests.faults.conftest import INVENTORY, Target, pyinfra

pytestmark = pytest.mark.destructive


def refused(target: Target, **settings: Any) -> list[str]:
    """The lines of the refusal, from its reason on; the old release serves as before."""
    old = target.release()
    done = target.deploy(**settings)
    assert done.returncode != 0, done.stdout + done.stderr
    assert target.release() == old
    assert target.site.works()
    lines = [line.strip().removeprefix(f"[{target.name}] ").strip()
             for line in (done.stdout + done.stderr).splitlines()]  # fmt: skip
    [first] = [number for number, line in enumerate(lines) if line.startswith(REASONS)]
    end = next(number for number in range(first, len(lines)) if "Error: executed" in lines[number])
    shown = lines[first:end]
    assert len(shown) < 25, shown
    assert not [line for line in shown if "blob data" in line or "\x1b" in line]
    return shown


REASONS = ("slipway switch: ", "the image could not be built: ")


def application(folder: Path, file: str, line: str) -> str:
    """A copy of the example with one more line in a file."""
    shutil.copytree(CHECKOUT / "app", folder / "app", ignore=shutil.ignore_patterns("__pycache__"))
    with (folder / "app" / file).open("a") as copy:
        copy.write(f"\n{line}\n")
    return str(folder / "app")


def test_an_import_error_is_the_first_line_with_its_place(target: Target, tmp_path: Path) -> None:
    source = application(tmp_path, "views/__init__.py", "import no_such_package")
    began = time.monotonic()
    told = refused(target, app={"source": source}, web={"start_limit": 300})
    assert time.monotonic() - began < 200  # the build included; it does not wait for the limit
    assert "crashes again and again: ModuleNotFoundError: No module named" in told[0]
    assert "'no_such_package' (/srv/app/app/views/__init__.py, line " in told[0]
    assert told[1].startswith("What to do: ")
    assert "app.requirements" in told[1]
    assert told[2].startswith("File ")
    assert not [line for line in told if "uWSGI" in line or "spawned" in line]
    assert any(line.endswith("still serves") for line in told)


def test_workers_that_crash_are_shown_and_no_web_server_s_start(target: Target) -> None:
    script = "print(chr(27) + '[31mno such worker' + chr(27) + '[0m'); raise SystemExit(3)"
    worker = {"kind": "queue", "command": ["python3", "-c", script]}
    began = time.monotonic()
    told = refused(target, web={"start_limit": 300}, processes={"worker": worker})
    assert time.monotonic() - began < 150
    assert "the process worker of release " in told[0]
    assert "crashes again and again: exit code 3" in told[0]
    assert "no such worker" in told
    assert not [line for line in told if "uWSGI" in line]


def test_an_unhealthy_worker_is_told_by_its_health_command_s_words(target: Target) -> None:
    command = ["sh", "-c", "echo no heartbeat since 14:00; exit 4"]
    worker = {"kind": "queue", "health_command": command}
    told = refused(target, web={"start_limit": 10}, processes={"worker": worker})
    assert "is not healthy after 10 s: " in told[0]
    assert "exit code 4: no heartbeat since 14:00" in told[0]
    assert "processes.worker.health_command" in told[1]
    assert not [line for line in told if "uWSGI" in line]


def test_a_server_that_listens_nowhere_is_told_where_to_listen(target: Target) -> None:
    told = refused(target, web={"start_limit": 4, "command": ["sleep", "1000"]})
    assert "nothing listens at WEB_SOCKET" in told[0]
    assert "/run/web/uwsgi.sock" in told[1]
    assert not [line for line in told if "No such file" in line]


def test_a_process_that_the_kernel_kills_for_its_memory_is_told_so(target: Target) -> None:
    told = refused(target, app={"tmp": "4m"}, web={"memory": "16m", "start_limit": 60})
    assert "it needs more memory than web.memory allows" in told[0]
    assert told[1] == "What to do: raise web.memory"


def test_a_release_command_that_fails_is_told_by_its_exception(target: Target) -> None:
    command = ["python3", "-c", "print('step 1'); {}['no such table']"]
    told = refused(target, app={"release_command": command})
    assert "app.release_command failed: exit code 1: KeyError: 'no such table'" in told[0]
    assert "step 1" in told
    assert not target.run("docker ps --all --quiet --filter name=slipway-release-command")


def test_a_rollback_is_refused_with_the_reason_when_the_host_cannot_answer(target: Target) -> None:
    """It does not say that there is no other release."""
    target.run("cp -p /etc/slipway/host.json /root/host.json; echo { > /etc/slipway/host.json")
    try:
        done = pyinfra(INVENTORY, "rollback.py", "-y", TEST_HOST=target.name)
    finally:
        target.run("mv /root/host.json /etc/slipway/host.json")
    shown = done.stdout + done.stderr
    assert done.returncode != 0
    assert "keeps no other" not in shown
    assert "host.json" in shown
