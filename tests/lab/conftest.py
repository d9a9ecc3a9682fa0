"""A clone of the lab for its own tests, so that the hosts of this checkout are left alone."""

import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.paths import CHECKOUT, Clone

ONE = "labtest-one"
TWO = "labtest-two"


class Lab:
    """A copy of `bin/lab` in a folder of its own: another clone, as far as the lab knows."""

    def __init__(self, checkout: Path) -> None:
        self.clone = Clone(checkout.resolve())
        (checkout / "bin").mkdir(parents=True)
        shutil.copy(CHECKOUT / "bin/lab", checkout / "bin/lab")
        shutil.copytree(CHECKOUT / "lab", checkout / "lab")
        self.program = str(checkout / "bin/lab")

    def run(self, *words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run((self.program, *words), capture_output=True, text=True, check=False)
        assert done.returncode == code, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def ssh(self, name: str, command: str) -> str:
        return self.run("ssh", name, command).stdout.strip()

    def begin(self, *words: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            (self.program, *words), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def env(self, name: str) -> dict[str, str]:
        """Evaluate the assignments as a script does."""
        script = f'set -eu; eval "$({shlex.quote(self.program)} env {name})"; set'
        done = subprocess.run(("sh", "-c", script), capture_output=True, text=True, check=True)
        lines = (line.partition("=") for line in done.stdout.splitlines())
        return {key: shlex.split(value)[0] for key, _, value in lines if key.startswith("LAB_")}

    def traces(self) -> list[str]:
        """List everything on this machine that bears the clone's name."""
        mine = (self.clone.id, str(self.clone.state))
        found = Path("/proc/mounts").read_text().splitlines()
        for command in (("ip", "-o", "link"), ("nft", "list", "tables"), ("losetup", "--list")):
            listed = subprocess.run(command, capture_output=True, text=True, check=True)
            found += listed.stdout.splitlines()
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                found.append(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
            except (FileNotFoundError, ProcessLookupError):
                continue
        found += [str(path) for path in Path("/sys/fs/cgroup").glob("*/slw-*")]
        found += [str(path) for path in self.clone.state.parent.glob("*")]
        return [line for line in found if any(name in line for name in mine)]


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    if os.geteuid() != 0:
        pytest.skip("boots machines, which takes root")
    made = Lab(tmp_path_factory.mktemp("lab") / "a clone")  # a path with a space, on purpose
    yield made
    made.run("down", "--all")


@pytest.fixture
def one(lab: Lab) -> str:
    lab.run("up", ONE)
    return ONE
