"""Graders that others wrote, run against a deployed test host: `pytest tests/graders`.

Their programs are Debian 13's, on a host beside the site; bin/test fetches what Debian lacks.
"""

import os
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.deployed import CHECKOUT, Deployed, deployed
from tests.faults.conftest import INVENTORY, LAB, lab
from tests.site import Site, wait_until

NAME = "grader"
PACKAGES = "curl openssl testssl.sh nodejs"
OBSERVATORY = CHECKOUT / ".venv" / "observatory"


@dataclass(frozen=True)
class Client:
    """A plain Debian 13 host that trusts the site's CA and reaches the site by its name."""

    domain: str

    def begin(self, command: str) -> "subprocess.Popen[str]":
        """Starts a shell's command there, with what stands at `$SITE`."""
        return subprocess.Popen(
            [LAB, "ssh", NAME, f"SITE={shlex.quote(self.domain)}; {command}"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, command: str) -> str:
        """What a shell's command says there, whether it fails or not."""
        return self.begin(command).communicate()[0]


@pytest.fixture(scope="session")
def host() -> Deployed:
    name = os.environ.get("TEST_HOST", "test")
    return deployed(INVENTORY, TEST_HOST=name)[name]


@pytest.fixture(scope="session")
def site(host: Deployed) -> Site:
    """The site, which answers: what does not answer cannot be graded."""
    wait_until(host.site.works, 30)
    return host.site


@pytest.fixture(scope="session")
def client(site: Site) -> Iterator[Client]:
    assert site.ca_file
    lab("down", NAME)
    lab("up", NAME)
    install = "apt-get install --quiet=2 --no-install-recommends"
    lab("ssh", NAME, f"sudo apt-get update --quiet=2 && sudo {install} {PACKAGES}")
    packed = f"tar --create --directory {OBSERVATORY} . --directory {site.ca_file.parent} ca.pem"
    copy = f"{packed} | {LAB} ssh {NAME} tar --extract"
    subprocess.run(["sh", "-c", copy], check=True)
    yield Client(site.domain)
    lab("down", NAME)


@pytest.fixture(scope="session")
def testssl(client: Client) -> Iterator["subprocess.Popen[str]"]:
    """testssl.sh at work: it takes most of a minute, in which the other graders run."""
    # All that its grade takes into account, without the list of clients that it simulates.
    begun = client.begin(
        "testssl --quiet --color 0 --add-ca ca.pem -p -s -f -P -S -h -U"
        ' --jsonfile testssl.json "$SITE:443"; cat testssl.json'
    )
    with begun:
        yield begun
        begun.kill()


@pytest.fixture(scope="session", autouse=True)
def begun(testssl: "subprocess.Popen[str]") -> None:
    """Starts testssl.sh before anything else is graded."""


@pytest.fixture(scope="session")
def sslyze() -> Path:
    return CHECKOUT / ".venv" / "graders" / "bin" / "sslyze"
