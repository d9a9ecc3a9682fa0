"""What DNS says of names, asked of a real name server."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dns.resolver
import pytest

from infra.onhost.certificates import dns_records
from tests.support.onhost.names import BROKEN, asking, name_server

DOMAIN = "app.example.org"
RECORDS = {
    (DOMAIN, "A"): ["192.0.2.1", "192.0.2.2"],
    (DOMAIN, "AAAA"): ["2001:db8::1"],
    ("own.example.org", "CAA"): ['0 issue "ca.example.net; account=1"', '0 iodef "mailto:a@b"'],
    ("own.example.org", "A"): ["192.0.2.3"],
    ("example.org", "CAA"): ['0 issue ";"'],
    ("plain.example.com", "A"): ["192.0.2.4"],
}


@pytest.fixture(autouse=True)
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A resolver that asks a server with these records."""
    with name_server(RECORDS) as port:
        monkeypatch.setattr(dns.resolver, "default_resolver", asking(port))
        yield


def records(capsys: pytest.CaptureFixture[str], *asked: str) -> dict[str, Any]:
    """What is printed of these names."""
    assert dns_records.main(list(asked)) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_addresses_of_both_kinds_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    found = records(capsys, DOMAIN)[DOMAIN]
    assert sorted(found["A"]) == ["192.0.2.1", "192.0.2.2"]  # a server gives them in any order
    assert found["AAAA"] == ["2001:db8::1"]


def test_a_name_that_is_not_there_has_no_addresses(capsys: pytest.CaptureFixture[str]) -> None:
    found = records(capsys, "none.example.com", "plain.example.com")
    assert (found["none.example.com"]["A"], found["none.example.com"]["AAAA"]) == ([], [])
    assert found["plain.example.com"]["AAAA"] == []


@pytest.mark.parametrize(
    ("name", "owner", "issuers"),
    [
        (
            "own.example.org",
            "own.example.org",
            [["issue", "ca.example.net; account=1"], ["iodef", "mailto:a@b"]],
        ),
        (
            "www.own.example.org",
            "own.example.org",
            [["issue", "ca.example.net; account=1"], ["iodef", "mailto:a@b"]],
        ),
        (DOMAIN, "example.org", [["issue", ";"]]),
        ("plain.example.com", "", []),
    ],
)
def test_who_may_issue_is_told_by_the_name_or_the_next_above_it(
    capsys: pytest.CaptureFixture[str], name: str, owner: str, issuers: list[list[str]]
) -> None:
    found = records(capsys, name)[name]
    assert found["CAA_of"] == owner
    assert sorted(found["CAA"]) == sorted(issuers)


def test_a_server_that_does_not_answer_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert dns_records.main([BROKEN]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("DNS does not answer: ")


@pytest.mark.parametrize(
    ("system", "behind", "used"),
    [
        ("nameserver 127.0.0.53\noptions edns0\n", "nameserver 192.0.2.53\n", "behind"),
        ("nameserver 127.0.0.53\n", None, "system"),
        ("nameserver 192.0.2.53\n", "nameserver 192.0.2.54\n", "system"),
        (None, "nameserver 192.0.2.54\n", "system"),
    ],
)
def test_resolved_s_own_answers_are_passed_by(
    tmp_path: Path, system: str | None, behind: str | None, used: str
) -> None:
    for name, text in (("system", system), ("behind", behind)):
        if text is not None:
            (tmp_path / name).write_text(text)
    assert dns_records.servers(tmp_path / "system", tmp_path / "behind") == tmp_path / used


def test_the_servers_of_the_machine_are_asked_by_themselves(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "resolv.conf"
    file.write_text("nameserver 127.0.0.1\n")
    monkeypatch.setattr(dns.resolver, "default_resolver", None)
    monkeypatch.setattr(dns_records.servers, "__defaults__", (file, file))
    monkeypatch.setattr(dns_records, "SECONDS", 0.1)
    dns_records.main([DOMAIN])
    assert dns.resolver.default_resolver is not None
    assert dns.resolver.default_resolver.nameservers == ["127.0.0.1"]
    capsys.readouterr()
