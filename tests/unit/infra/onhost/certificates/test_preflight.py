"""What a CA would refuse, found before it is asked: real directory, names and webroot."""

import contextlib
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.error import HTTPError

import pytest

from infra.checkout import CHECKOUT
from infra.onhost.certificates import attempts, challenge, dns_records, preflight
from infra.onhost.command import Failure
from infra.onhost.config import HostConfig
from tests.support.onhost import CONFIG, DOMAIN, Host, new_host, no_listener
from tests.support.onhost.mail import post_office
from tests.support.onhost.names import BROKEN, Records, name_server
from tests.support.onhost.servers import always, folder_over_http, serving
from tests.support.operations.certificates import authority, make

HERE = "127.0.0.1"
CA = authority("ca.example.org")
WELL: Records = {(DOMAIN, "A"): [HERE]}
# certbot's Python, but for the server that it asks.
PYTHON = """#!{python}
import runpy, sys
sys.path.insert(0, {project!r})
import dns.resolver
from tests.support.onhost.mail import post_office
from tests.support.onhost.names import asking
dns.resolver.default_resolver = asking({port})
sys.argv = sys.argv[2:]
runpy.run_path({program!r}, run_name="__main__")
"""


@pytest.fixture
def host() -> Iterator[Host]:
    """A host that trusts one CA, and has this machine's loopback for its address."""
    with new_host() as host:
        host.layout.ca_bundle.parent.mkdir(parents=True)
        host.layout.ca_bundle.write_bytes(CA.pem)
        host.layout.webroot.mkdir(parents=True)
        host.program("docker")
        host.program(
            "ip",
            f'echo \'[{{"ifname": "lo", "addr_info": [{{"local": "{HERE}",'
            ' "scope": "global"}]}]\'',
        )
        yield host


@contextlib.contextmanager
def directory(host: Host, answer: bytes | dict[str, Any], status: int = 200) -> Iterator[str]:
    """The address of a CA's directory with this `meta`, or with any bytes."""
    made = host.layout.state / "ca.pem"
    make(made, HERE, by=CA)
    meta = answer if isinstance(answer, bytes) else json.dumps({"meta": answer}).encode()
    with serving(made, always(status, meta)) as (port, _):
        yield f"https://{HERE}:{port}/directory"


@contextlib.contextmanager
def names(host: Host, records: Records) -> Iterator[None]:
    """certbot's Python, which finds these records."""
    with name_server(records) as port:
        path = host.layout.certbot / "bin" / "python3"
        path.parent.mkdir(parents=True)
        path.write_text(
            PYTHON.format(
                python=sys.executable,
                port=port,
                project=str(CHECKOUT),
                program=dns_records.__file__,
            )
        )
        path.chmod(0o755)
        yield


def on(url: str, **terms: Any) -> HostConfig:
    """The configuration of a host that looks at no names, with this CA and other terms."""
    certificate = replace(CONFIG.certificate, acme_directory=url)
    return replace(CONFIG, certificate=replace(certificate, **({"check_names": False} | terms)))


def problems(host: Host, meta: bytes | dict[str, Any], **terms: Any) -> list[str]:
    """What a CA that says this of itself would refuse."""
    with directory(host, meta) as url:
        return preflight.problems_of(host.with_config(on(url, **terms)), renewal=False)


ACCOUNT = "it requires an external account: set certificate.external_account"


@pytest.mark.usefixtures("host")
@pytest.mark.parametrize(
    ("meta", "terms", "told"),
    [
        ({}, {}, []),
        ({"externalAccountRequired": True}, {}, [ACCOUNT]),
        ({"externalAccountRequired": True}, {"external_account": True}, []),
        ({"externalAccountRequired": False}, {}, []),
        ({"profiles": {"short": "", "classic": ""}}, {"profile": "short"}, []),
        ({"profiles": {"short": "", "classic": ""}}, {}, []),
        (
            {"profiles": {"short": "", "classic": ""}},
            {"profile": "long"},
            ["it has no profile long: set certificate.profile (classic, short)"],
        ),
        ({}, {"profile": "long"}, ["it has no profile long: set certificate.profile (none)"]),
        (b'{"newNonce": "x"}', {}, []),
    ],
)
def test_what_the_ca_says_of_itself_is_held_against_the_settings(
    host: Host, meta: bytes | dict[str, Any], terms: dict[str, Any], told: list[str]
) -> None:
    assert problems(host, meta, **terms) == told


@pytest.mark.parametrize(("answer", "status"), [(b"{", 200), (b"", 200), (b"{}", 500)])
def test_a_ca_that_does_not_answer_as_one_is_told(host: Host, answer: bytes, status: int) -> None:
    with directory(host, answer, status) as url, pytest.raises(Failure) as told:
        preflight.check(host.with_config(on(url)), renewal=False)
    assert str(told.value).startswith(f"the CA does not answer at {url}: ")
    assert str(told.value).endswith("the timer slipway-certificate.timer asks again")
    if isinstance(told.value.__cause__, HTTPError):
        told.value.__cause__.close()  # it is the answer, too


def test_a_ca_that_is_not_there_is_none_or_is_not_trusted_is_told(host: Host) -> None:
    with no_listener() as port, pytest.raises(Failure, match=r"does not answer at .*refused"):
        preflight.directory(host.with_config(on(f"https://{HERE}:{port}/directory")))
    make(host.layout.state / "mail.pem", HERE, by=CA)
    with (
        post_office(host.layout.state / "mail.pem", starttls=False) as post,
        pytest.raises(Failure, match=r"does not answer at .*220 mail\.example\.org"),
    ):
        preflight.directory(host.with_config(on(f"https://{HERE}:{post.port}/directory")))
    host.layout.ca_bundle.write_bytes(authority("ca.example.org").pem)
    with directory(host, {}) as url, pytest.raises(Failure, match="certificate verify failed"):
        preflight.directory(host.with_config(on(url)))


def test_everything_that_is_to_be_mended_is_told_at_once(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "FAILURES", 1)
    with directory(host, {"externalAccountRequired": True}) as url, names(host, {}):
        wanted = on(url, check_names=True)
        with pytest.raises(Failure), attempts.noted(host.with_config(wanted), host.layout.attempts):
            raise Failure("Some challenges have failed.")
        with pytest.raises(Failure) as told:
            preflight.check(host.with_config(wanted), renewal=False)
    first, *lines = str(told.value).splitlines()
    assert first == f"{url} was not asked for a certificate, because it would refuse:"
    assert lines[0].startswith("  1 challenges have failed in the last hour")
    assert lines[1:] == [
        f"  {ACCOUNT}",
        f"  {DOMAIN}: does not resolve: make an A record that leads to {HERE}",
    ]


def test_names_that_lead_here_are_fine_and_others_are_told(host: Host) -> None:
    other = "www.example.org"
    with (
        directory(host, {}) as url,
        folder_over_http(host.layout.webroot) as webroot,
        names(host, WELL),
        pytest.MonkeyPatch.context() as on_it,
    ):
        on_it.setattr(challenge, "PORT", webroot.port)
        wanted = replace(on(url, check_names=True), http_port=webroot.port)
        assert preflight.problems_of(host.with_config(wanted), renewal=False) == []
        [problem] = preflight.problems_of(
            host.with_config(replace(wanted, aliases=[other])), renewal=False
        )
    assert problem.startswith(f"{other}: does not resolve")
    assert webroot.hosts == [DOMAIN, DOMAIN]


def test_an_address_needs_no_dns(host: Host) -> None:
    with directory(host, {}) as url, folder_over_http(host.layout.webroot) as webroot:
        wanted = replace(on(url, check_names=True), domain=HERE, http_port=webroot.port)
        assert preflight.problems_of(host.with_config(wanted), renewal=False) == []
    assert webroot.hosts == [HERE]


def test_dns_that_does_not_answer_is_told(host: Host) -> None:
    with directory(host, {}) as url, names(host, {}):
        wanted = replace(on(url, check_names=True), domain=BROKEN)
        with pytest.raises(Failure, match="DNS does not answer"):
            preflight.problems_of(host.with_config(wanted), renewal=False)


@pytest.mark.parametrize(
    ("caa", "identities", "told"),
    [
        ([], ["ca.example.net"], ""),
        (['0 issue "ca.example.net"'], ["ca.example.net"], ""),
        (['0 ISSUE "CA.example.net; account=1"'], ["ca.Example.net"], ""),
        (['0 issue "other.example.net"', '0 issue "ca.example.net"'], ["ca.example.net"], ""),
        (['0 iodef "mailto:a@b"'], ["ca.example.net"], ""),
        (['0 issue "other.example.net"'], [], ""),  # who does not say who it is cannot be missed
        (['0 issue "other.example.net"'], ["ca.example.net"], "other.example.net"),
        (['0 issue ";"'], ["ca.example.net"], "none"),
        (['0 issue "ca.example.net; validationmethods=dns-01"'], ["ca.example.net"], "none"),
        (['0 issue "ca.example.net; validationmethods=dns-01,http-01"'], ["ca.example.net"], ""),
    ],
)
def test_caa_records_must_allow_the_ca(
    host: Host, caa: list[str], identities: list[str], told: str
) -> None:
    records: Records = WELL | {("example.org", "CAA"): caa}
    with directory(host, {"caaIdentities": identities}) as url, names(host, records):
        found = preflight.problems_of(host.with_config(on(url, check_names=True)), renewal=False)
    mine = [line for line in found if "CAA" in line]
    assert mine == (
        [f'{DOMAIN}: CAA records of example.org allow {told}: add one with issue "ca.example.net"']
        if told
        else []
    )
