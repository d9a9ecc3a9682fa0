"""A clone as an operator has it, with an inventory and an application of their own beside it."""

import ast
import copy
import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import demo
from tests.deployed import CHECKOUT

BEFORE = Path(__file__).parent / "before.json"
INVENTORY = "../mine/inventory.py"
DOCUMENT = CHECKOUT / "docs" / "upgrading.md"
# The document's own inventory with a host of the lab's in place of its host.
TEST_HOST = """
[(_name, _data)] = hosts
_lab = {data!r}
_data["settings"] |= _lab.pop("settings")
_data["settings"]["app"] |= {app!r}
_data["settings"] |= {others!r}
hosts = [({name!r}, _data | _lab)]
"""


class IncompleteHistoryError(Exception):
    """The version before cannot be had from this clone."""


@dataclass(frozen=True)
class Version:
    """A version of Slipway, and the commit that it is."""

    version: str
    commit: str

    def archive(self, checkout: Path = CHECKOUT) -> bytes:
        """Its files, as a tar. Raises IncompleteHistoryError in a clone that has not got them."""
        made = subprocess.run(
            ["git", "-C", str(checkout), "archive", self.commit], capture_output=True, check=False
        )
        if made.returncode:
            raise IncompleteHistoryError(
                f"this clone has no commit {self.commit[:12]}, which is version {self.version}"
                " (tests/upgrade/before.json): run git fetch --unshallow --tags"
            )
        return made.stdout


def worker_kept() -> dict[str, Any]:
    """The setting that the document gives to applications with a worker of their own."""
    [line] = re.findall(r'`("processes": .*)`', DOCUMENT.read_text())
    kept: dict[str, Any] = ast.literal_eval(f"{{{line}}}")
    return kept


def version_before() -> Version:
    """The version that hosts are taken over from."""
    return Version(**json.loads(BEFORE.read_text()))


@dataclass(frozen=True)
class Clone:
    """`slipway/` and `mine/` in one folder."""

    folder: Path

    @property
    def checkout(self) -> Path:
        return self.folder / "slipway"

    @property
    def mine(self) -> Path:
        return self.folder / "mine"

    def take(self, version: Version) -> None:
        """Checks a version out."""
        archive = version.archive()
        self._empty()
        subprocess.run(["tar", "-x", "-C", str(self.checkout)], input=archive, check=True)
        self._fill_environment()

    def take_present(self) -> None:
        """Checks out what stands in this checkout, with what is not committed yet."""
        self._empty()
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=CHECKOUT, capture_output=True, text=True, check=True,
        )  # fmt: skip
        for name in filter(None, listed.stdout.split("\0")):
            if (CHECKOUT / name).is_file():  # not one that is deleted and not yet committed
                (self.checkout / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(CHECKOUT / name, self.checkout / name)
        self._fill_environment()

    def _empty(self) -> None:
        """Leaves what git ignores, as git does."""
        self.checkout.mkdir(parents=True, exist_ok=True)
        for path in self.checkout.iterdir():
            if path.name != ".venv":
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    def move_application(self) -> None:
        """The example becomes the operator's own, without the files that Slipway brings itself."""
        shipped = shutil.ignore_patterns("Dockerfile*", "uwsgi.ini", "gunicorn.conf.py")
        shutil.copytree(self.checkout / "app", self.mine / "app", ignore=shipped)
        lock = self.checkout / "requirements" / "app.txt"
        shutil.copy(lock, self.mine / "requirements.txt")

    @property
    def absolute(self) -> dict[str, str]:
        """Paths that hold in every version: 0.1.0 starts relative ones at the checkout."""
        return {
            "source": str(self.mine / "app"),
            "requirements": str(self.mine / "requirements.txt"),
        }

    def write_inventory(self, name: str, others: Any = None, **app: Any) -> None:
        """The inventory of the document for a test host, with these settings of the application."""
        [example] = re.findall(
            r"^```python\n(hosts = .*?)^```", DOCUMENT.read_text(), re.DOTALL | re.MULTILINE
        )
        text = example + TEST_HOST.format(
            data=of_the_lab(name), name=name, app=app, others=others or {}
        )
        (self.mine / "inventory.py").write_text(text)

    def run(self, program: str, *words: str) -> "subprocess.CompletedProcess[str]":
        """Runs a program of the clone's environment in the clone, without a terminal."""
        return subprocess.run(
            [f".venv/bin/{program}", *words],
            cwd=self.checkout,
            env={**os.environ, "PYINFRA_PROGRESS": "off"},
            capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def _fill_environment(self) -> None:
        """This checkout's packages serve if the lock is the same."""
        lock, venv = Path("requirements") / "deploy.txt", self.checkout / ".venv"
        if venv.is_symlink():
            venv.unlink()
        same = (self.checkout / lock).read_bytes() == (CHECKOUT / lock).read_bytes()
        if same and not venv.exists():
            venv.symlink_to(CHECKOUT / ".venv")
        else:
            subprocess.run([self.checkout / "bin" / "venv", "deploy"], check=True)


def of_the_lab(name: str) -> dict[str, Any]:
    """The data of a test host, with paths that hold in any folder."""
    data = copy.deepcopy(demo.hosts[0][1])
    trusted = [*data["settings"]["extra_ca_certificates"], ".lab/ca.pem"]
    data["settings"] |= {
        "domain": f"{name}.slipway.test",
        "extra_ca_certificates": [str(CHECKOUT / path) for path in trusted],
    }
    files = ("ssh_config_file", "ssh_known_hosts_file", "verify_ca_file")
    return data | {key: str(CHECKOUT / data[key]) for key in files}
