"""What a CA would refuse, found before it is asked: real names and webroot."""

import contextlib
import sys
from collections.abc import Iterator

import pytest

from infra.checkout import CHECKOUT
from infra.onhost.certificates import attempts, challenge, dns_records, preflight
from infra.onhost.command import Failure
from tests.support.onhost import DOMAIN, Host, new_host
from tests.support.onhost.ca import HERE, asking, directory, trust
from tests.support.onhost.names import BROKEN, Records, name_server
from tests.support.onhost.servers import folder_over_http

WELL: Records = {(DOMAIN, "A"): [HERE]}
# certbot's Python, but for the server that it asks.
PYTHON = """#!{python}
import runpy, sys
sys.path.insert(0, {project!r})
import dns.resolver
from tests.support.onhost.names import asking
dns.resolver.default_resolver = asking({port})
sys.argv = sys.argv[2:]
runpy.run_path({program!r}, run_name="__main__")
"""


@pytest.fixture
def host() -> Iterator[Host]:
    """A host that trusts one CA, and has this machine's loopback for its address."""
    with new_host() as host:
        trust(host)
        host.layout.webroot.mkdir(parents=True)
        host.program("docker")
        host.program(
            "ip",
            f'echo \'[{{"ifname": "lo", "addr_info": [{{"local": "{HERE}",'
            ' "scope": "global"}]}]\'',
        )
        yield host


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


def test_everything_that_is_to_be_mended_is_told_at_once(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "FAILURES", 1)
    with directory(host, {"externalAccountRequired": True}) as url, names(host, {}):
        wanted = asking(host, url, check_names=True)
        with pytest.raises(Failure), attempts.noted(wanted, host.layout.attempts):
            raise Failure("Some challenges have failed.")
        with pytest.raises(Failure) as told:
            preflight.check(wanted, renewal=False)
    first, *lines = str(told.value).splitlines()
    assert first == f"{url} was not asked for a certificate, because it would refuse:"
    assert lines[0].startswith("  1 challenges have failed in the last hour")
    assert lines[1:] == [
        "  it requires an external account: set certificate.external_account",
        f"  {DOMAIN}: does not resolve: create an A record that points to {HERE}",
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
        wanted = asking(host, url, check_names=True).changed(http_port=webroot.port)
        assert preflight.problems_of(wanted, renewal=False) == []
        [problem] = preflight.problems_of(wanted.changed(aliases=[other]), renewal=False)
    assert problem.startswith(f"{other}: does not resolve")
    assert webroot.hosts == [DOMAIN, DOMAIN]


def test_an_address_needs_no_dns(host: Host) -> None:
    with directory(host, {}) as url, folder_over_http(host.layout.webroot) as webroot:
        wanted = asking(host, url, check_names=True).changed(domain=HERE, http_port=webroot.port)
        assert preflight.problems_of(wanted, renewal=False) == []
    assert webroot.hosts == [HERE]


def test_dns_that_does_not_answer_is_told(host: Host) -> None:
    with directory(host, {}) as url, names(host, {}):
        wanted = asking(host, url, check_names=True).changed(domain=BROKEN)
        with pytest.raises(Failure, match="DNS does not answer"):
            preflight.problems_of(wanted, renewal=False)


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
        found = preflight.problems_of(asking(host, url, check_names=True), renewal=False)
    mine = [line for line in found if "CAA" in line]
    assert mine == (
        [f'{DOMAIN}: CAA records of example.org allow {told}: add one with issue "ca.example.net"']
        if told
        else []
    )
