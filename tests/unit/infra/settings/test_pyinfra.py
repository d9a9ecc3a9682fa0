"""A real pyinfra in the checkout, with inventories outside it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from infra.checkout import CHECKOUT
from tests.deployed import Deployed
from tests.support.settings import GOOD

END = "Nothing was changed. Correct the inventory and run the command again."
PYINFRA = str(Path(sys.executable).with_name("pyinfra"))


def pyinfra(*arguments: str) -> subprocess.CompletedProcess[str]:
    """What an operator runs, in the checkout."""
    return subprocess.run(
        [PYINFRA, *arguments],
        cwd=CHECKOUT,
        env={**os.environ, "PYINFRA_PROGRESS": "off"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def inventory(folder: Path, source: str) -> str:
    """The path of an inventory as an operator in the checkout writes it: ../../mine/inventory.py"""
    folder.mkdir(exist_ok=True)
    path = folder / "inventory.py"
    path.write_text(source)
    return os.path.relpath(path, CHECKOUT)


def host(name: str = "127.0.0.1", **settings: Any) -> str:
    """The source of an inventory with one host that nobody can connect to by SSH."""
    return f"hosts = [({name!r}, {{'ssh_port': 1, 'settings': {settings!r}}})]\n"


@pytest.mark.parametrize(
    ("source", "line"),
    [
        (host(**GOOD, nginx={"https_port": 22}), "127.0.0.1: settings.nginx.https_port: must be "),
        (
            host(**GOOD, secrets={"a": "nowhere"}),
            "127.0.0.1: settings.secrets.a: the file does not exist",
        ),
        ("hosts = ['127.0.0.1']\n", "127.0.0.1: settings: must be a dict"),
        ("hosts = []\n", "inventory: there is no host"),
    ],
)
def test_a_deploy_with_a_wrong_inventory_ends_before_it_connects(
    tmp_path: Path, source: str, line: str
) -> None:
    done = pyinfra(inventory(tmp_path, source), "deploy.py", "-y")
    said = done.stdout + done.stderr
    assert done.returncode == 2, said
    assert line in said
    assert END in said
    assert "Connecting" not in said
    assert "Traceback" not in said


def test_a_deploy_with_a_right_inventory_goes_on_to_connect(tmp_path: Path) -> None:
    assert "Connecting" in pyinfra(inventory(tmp_path, host(**GOOD)), "deploy.py", "-y").stderr


def own(folder: Path, name: str = "127.0.0.1") -> str:
    """The inventory of an operator who keeps inventory, application and secrets in one folder."""
    settings = {
        "app": {"source": "myapp", "requirements": "myapp/requirements.txt"},
        "secrets": {"token": "secrets/token"},
    }
    path = inventory(folder, host(name, **GOOD, **settings))
    for file in (folder / "myapp/requirements.txt", folder / "secrets/token"):
        file.parent.mkdir()
        file.write_text("x")
    return path


def test_an_inventory_outside_the_checkout_names_an_application_beside_it(tmp_path: Path) -> None:
    done = pyinfra("--json", own(tmp_path / "mine"), "debug-inventory")
    assert done.returncode == 0, done.stderr
    [found] = json.loads(done.stdout)
    settings = Deployed(found["name"], found["data"]).settings
    assert settings.app.source == tmp_path / "mine" / "myapp"
    assert settings.secrets["token"] == tmp_path / "mine" / "secrets" / "token"
    assert settings.app.acceptance_requirements.is_relative_to(CHECKOUT)


def test_a_deploy_file_finds_the_application_beside_the_inventory(tmp_path: Path) -> None:
    """A deploy runs apart from the place where pyinfra reads the inventory's path."""
    deploy = tmp_path / "show.py"
    deploy.write_text(
        "from pyinfra import host\n"
        "from infra.settings import load_host\n"
        "print('source:', load_host(host).app.source)\n"
    )
    done = pyinfra("--dry", own(tmp_path / "mine", "@local"), str(deploy))
    assert f"source: {tmp_path / 'mine' / 'myapp'}\n" in done.stdout, done.stderr


def test_a_missing_file_beside_the_inventory_is_named_in_full(tmp_path: Path) -> None:
    path = inventory(tmp_path / "mine", host(**GOOD, app={"source": "app"}))
    done = pyinfra(path, "debug-inventory")
    folder = tmp_path / "mine" / "app"
    assert done.returncode == 2, done.stderr
    assert f"settings.app.source: the folder {folder} does not exist" in done.stderr
