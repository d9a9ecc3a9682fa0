"""pyinfra is as pyinfra is: what it asks and what it refuses, in this checkout as in any other."""

import os
import pty
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.processes import ROOT

INVENTORY = """
settings = {"domain": "app.example.org", "email": "you@example.org"}
hosts = [("@local", {"settings": settings})]
"""


def pyinfra(*words: object, **stdin: Any) -> subprocess.CompletedProcess[str]:
    """Runs pyinfra in the checkout; nobody presses Enter, unless `stdin` or `input` says so."""
    return subprocess.run(
        [Path(sys.executable).with_name("pyinfra"), *map(str, words)],
        cwd=ROOT,
        env={**os.environ, "PYINFRA_PROGRESS": "off"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        **({"stdin": subprocess.DEVNULL} | stdin if "input" not in stdin else stdin),
    )


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    (tmp_path / "hosts.py").write_text(INVENTORY)
    return tmp_path / "hosts.py"


NOBODY = "standard input is not a terminal: pass -y to make these changes. Nothing was changed."


def touched(path: Path) -> tuple[object, ...]:
    """An operation by hand that makes a file, and finds nothing to do when it is there."""
    return ("files.file", f"path={path}", "_sudo=False")


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """Both ends of a terminal: whoever sits there, and the program."""
    ends = pty.openpty()
    yield ends
    for end in ends:
        os.close(end)


def test_a_change_waits_for_enter(
    inventory: Path, tmp_path: Path, terminal: tuple[int, int]
) -> None:
    person, program = terminal
    os.write(person, b"\n")
    done = pyinfra(inventory, *touched(tmp_path / "made"), stdin=program)
    assert "Press enter to execute" in done.stderr
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "made").exists()


@pytest.mark.parametrize("given", [{}, {"input": "\n"}], ids=str)
def test_without_a_terminal_a_change_is_refused_in_one_line(
    inventory: Path, tmp_path: Path, given: dict[str, str]
) -> None:
    done = pyinfra(inventory, *touched(tmp_path / "made"), **given)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == NOBODY
    assert "exception" not in done.stderr
    assert not (tmp_path / "made").exists()


def test_without_standard_input_a_change_is_refused_in_one_line(
    inventory: Path, tmp_path: Path
) -> None:
    words = [sys.executable, "-m", "pyinfra", inventory, *touched(tmp_path / "made")]
    command = f"exec {shlex.join(map(str, words))} <&-"
    done = subprocess.run(
        ["sh", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr.splitlines()[-1]) == (1, NOBODY)


def test_without_a_change_nobody_is_asked(inventory: Path, tmp_path: Path) -> None:
    (tmp_path / "made").touch()
    done = pyinfra(inventory, *touched(tmp_path / "made"))
    assert done.returncode == 0, done.stderr
    assert "Press enter" not in done.stderr
    assert "No changes" in done.stderr


def test_a_plan_without_a_change_is_shown(inventory: Path, tmp_path: Path) -> None:
    (tmp_path / "made").touch()
    done = pyinfra("--dry", inventory, *touched(tmp_path / "made"))
    assert done.returncode == 0, done.stderr
    assert "Conditional Change" in done.stderr


def test_when_a_host_fails_nobody_can_be_asked_whether_to_go_on(
    inventory: Path, tmp_path: Path
) -> None:
    hosts = '[("@local", {"settings": settings}), ("127.0.0.1", DATA)]'
    data = 'DATA = {"ssh_port": 1, "settings": settings}\n'
    text = INVENTORY.replace('[("@local", {"settings": settings})]', hosts)
    inventory.write_text(text.replace("hosts = ", data + "hosts = "))
    done = pyinfra(inventory, *touched(tmp_path / "made"))
    assert done.returncode == 1
    told = done.stderr.splitlines()[-1]
    assert told.startswith("standard input is not a terminal: pass -y to go on without the hosts")
    assert "exception" not in done.stderr


def test_loading_it_replaces_nothing_of_pyinfra() -> None:
    script = (
        "import runpy, pyinfra_cli.cli as cli, pyinfra_cli.prints as prints\n"
        "from pyinfra.api import Config\n"
        "from pyinfra.context import ctx_config\n"
        "ctx_config.set(Config())\n"
        "before = dict(vars(cli)), dict(vars(prints))\n"
        "runpy.run_path('config.py')\n"
        "print((vars(cli), vars(prints)) == before)"
    )
    words = [sys.executable, "-c", script]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("True\n", "")


def test_an_inventory_that_is_not_there_is_an_error_in_one_line() -> None:
    done = pyinfra("nowhere.py", "deploy.py", "-y")
    assert done.returncode == 1
    assert done.stderr.splitlines()[1:] == ["the inventory file nowhere.py does not exist"]


@pytest.mark.parametrize(
    "words", [("--limit", "tienda.com.py"), ("--data", "x=y.py"), ("--exclude", "nowhere.py")]
)
def test_a_word_may_end_like_a_file(words: tuple[str, ...], tmp_path: Path) -> None:
    inventory = tmp_path / "hosts.py"
    inventory.write_text(INVENTORY.replace("@local", "tienda.com.py"))
    done = pyinfra("--json", *words, inventory, "debug-inventory")
    assert done.returncode == 0, done.stderr
    assert "tienda.com.py" in done.stdout


def test_what_is_wrong_in_an_inventory_is_said_before_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "hosts.py").write_text("hosts = [(\n")
    done = pyinfra(tmp_path / "hosts.py", "deploy.py", "-y")
    told = f"{tmp_path}/hosts.py, line 1: '(' was never closed"
    assert done.returncode == 1
    assert done.stderr.splitlines()[1:] == [told, "Nothing was changed."]
