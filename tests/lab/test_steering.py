"""The lab itself, with real hosts: CAs that misbehave, and names that lead elsewhere."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.conftest import Lab

pytestmark = pytest.mark.lab
DOMAIN = "labtest-one.slipway.test"
ASK = """import json, ssl, urllib.request as u
try: print(u.urlopen("%s", context=ssl._create_unverified_context()).read().decode())
except OSError: print("null")"""


@pytest.fixture(autouse=True)
def usual(lab: Lab, one: str) -> Iterator[None]:
    yield
    lab.run("acme", "start", "staging")
    lab.run("names", f"{one}.slipway.test")


def directory(lab: Lab, one: str) -> dict[str, object] | None:
    url = lab.env(one)["LAB_STAGING"]
    found: dict[str, object] | None = json.loads(lab.ssh(one, f"python3 -c '{ASK % url}'"))
    return found


def addresses(lab: Lab, one: str, name: str = DOMAIN) -> list[str]:
    found = lab.ssh(one, f"getent ahosts {name} | grep STREAM || true")
    return [line.split()[0] for line in found.splitlines()]


def caa(gateway: str, name: str) -> bytes:
    """The answer to a question for the CAA record of a name."""
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    question = b"\0\1\1\0\0\1\0\0\0\0\0\0" + labels + b"\0\1\1\0\1"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        asked.settimeout(5)
        asked.sendto(question, (gateway, 53))
        return asked.recv(512)


def test_a_stopped_ca_stays_so_until_it_is_started_again(lab: Lab, one: str) -> None:
    lab.run("acme", "stop", "staging")
    assert directory(lab, one) is None
    lab.run("up", one)
    assert directory(lab, one) is None
    lab.run("acme", "start", "staging")
    assert directory(lab, one)


def test_a_ca_asks_for_the_account_that_it_was_told(lab: Lab, one: str) -> None:
    lab.run("acme", "start", "staging", "--account", "key-1:c2VjcmV0")
    found = directory(lab, one)
    assert found
    assert found["meta"]["externalAccountRequired"] is True  # type: ignore[index]


def test_what_reaches_a_ca_is_listed(lab: Lab, one: str) -> None:
    before = lab.run("acme", "requests", "staging").stdout.splitlines()
    directory(lab, one)
    after = lab.run("acme", "requests", "staging").stdout.splitlines()
    assert after == [*before, "GET /dir"]


def test_staging_signs_under_a_root_of_its_own(lab: Lab, one: str) -> None:
    env = lab.env(one)
    production, staging = (Path(env[key]).read_text() for key in ("LAB_CA", "LAB_STAGING_CA"))
    assert staging
    assert staging not in production


def test_a_name_leads_where_it_is_told_and_back(lab: Lab, one: str) -> None:
    usual = addresses(lab, one)
    lab.run("names", DOMAIN, "A=192.0.2.1", "AAAA=2001:db8::1")
    assert set(addresses(lab, one)) == {"192.0.2.1", "2001:db8::1"}
    assert lab.run("names").stdout == f"{DOMAIN} A=192.0.2.1 AAAA=2001:db8::1\n"
    lab.run("names", DOMAIN, "none")
    assert addresses(lab, one) == []
    lab.run("names", DOMAIN)
    assert addresses(lab, one) == usual


def test_a_name_may_say_which_ca_may_issue_for_it(lab: Lab, one: str) -> None:
    gateway = lab.env(one)["LAB_ADDRESS"].rpartition(".")[0] + ".1"
    usual = addresses(lab, one)
    assert b"issue" not in caa(gateway, DOMAIN)
    lab.run("names", DOMAIN, "CAA=ca.example")
    assert b"issueca.example" in caa(gateway, DOMAIN)
    assert addresses(lab, one) == usual
