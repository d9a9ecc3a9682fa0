"""pyinfra is as pyinfra is: what it asks and what it refuses, in this checkout as in any other."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.processes import ROOT

INVENTORY = """
settings = {"domain": "app.example.org", "email": "you@example.org"}
hosts = [("@local", {"settings": settings})]
"""


def pyinfra(*words: object) -> subprocess.CompletedProcess[str]:
    """Runs pyinfra in the checkout; nobody presses Enter."""
    return subprocess.run(
        [Path(sys.executable).with_name("pyinfra"), *map(str, words)],
        cwd=ROOT,
        env={**os.environ, "PYINFRA_PROGRESS": "off"},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        timeout=60,
    )


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    (tmp_path / "hosts.py").write_text(INVENTORY)
    return tmp_path / "hosts.py"


def test_an_operation_by_hand_waits_for_enter(inventory: Path, tmp_path: Path) -> None:
    made = tmp_path / "made"
    done = pyinfra(inventory, "server.shell", f"touch {made}", "_sudo=False")
    assert "Press enter to execute" in done.stderr
    assert not made.exists()


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
