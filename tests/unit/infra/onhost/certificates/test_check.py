"""The look at what is served: real handshakes, and a line for each thing that is amiss."""

import contextlib
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from infra.onhost.certificates import check, store
from infra.onhost.command import Failure
from tests.support.onhost import DOMAIN, Host, new_host, no_listener
from tests.support.onhost.ca import CA, trust
from tests.support.onhost.servers import always, serving
from tests.support.operations.certificates import Authority, authority, make

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to nginx: needs root")

RENEW = "slipway certificate-renew"


@pytest.fixture
def host() -> Iterator[Host]:
    """A host that trusts one CA."""
    with new_host() as host:
        trust(host)
        yield host


def made(host: Host, name: str, *names: str, by: Authority | None = CA, **how: Any) -> Path:
    """A certificate with its key beside it, of the CA that the host trusts."""
    path = host.layout.state / f"{name}.pem"
    make(path, *(names or (DOMAIN,)), by=by, **how)
    return path


def install(host: Host, path: Path, source: str = "acme") -> None:
    """Installs it as the domain's."""
    store.put(host, DOMAIN, path.read_bytes(), Path(f"{path}.key").read_bytes(), source)


@contextlib.contextmanager
def served(host: Host, path: Path, source: str = "acme") -> Iterator[int]:
    """The port of a server with this certificate, which is the installed one."""
    install(host, path, source)
    with serving(path, always(200)) as (port, _):
        yield port


def problems(host: Host, port: int, *aliases: str) -> list[str]:
    """What is amiss, in a line each."""
    with pytest.raises(Failure) as told:
        check.check(host.changed(https_port=port, aliases=list(aliases)))
    first, *lines = str(told.value).splitlines()
    assert first == "certificates need attention:"
    return [line.removeprefix("  ") for line in lines]


def test_a_good_certificate_is_fine_and_its_time_is_told(
    host: Host,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with served(host, made(host, "a", DOMAIN, "www.example.org", days=90, ago=30)) as port:
        check.check(host.changed(https_port=port, aliases=["www.example.org"]))
    assert capsys.readouterr().err.splitlines() == [
        f"{DOMAIN}: 60 days of 90 days are left",
        "www.example.org: 60 days of 90 days are left",
    ]


@pytest.mark.parametrize(
    ("source", "by"), [("acme", CA), ("files", CA), ("files", None), ("self-signed", None)]
)
def test_a_certificate_that_nobody_ever_trusted_may_stay_so(
    host: Host, source: str, by: Authority | None
) -> None:
    with served(host, made(host, "a", "*.example.org", by=by), source) as port:
        check.check(host.on_port(port))


def test_where_nobody_answers_there_is_no_certificate(host: Host) -> None:
    install(host, made(host, "a"))
    with no_listener() as port:
        [line] = problems(host, port)
    assert line == f"{DOMAIN}: no certificate is served: see docker logs slipway-base-nginx-1"


def test_a_certificate_that_is_not_the_one_on_disk_is_told(host: Host) -> None:
    with served(host, made(host, "a")) as port:
        install(host, made(host, "b"))
        assert problems(host, port) == [
            f"{DOMAIN}: nginx does not serve the certificate on disk: {RENEW} loads it"
        ]


def test_a_name_that_it_is_not_for_is_told_and_others_are_fine(host: Host) -> None:
    with served(host, made(host, "a", DOMAIN, "www.example.org")) as port:
        assert problems(host, port, "www.example.org", "b.example.org") == [
            f"b.example.org: the certificate is for other names: {DOMAIN}, www.example.org"
        ]


def test_a_certificate_without_names_is_for_nobody(host: Host) -> None:
    with served(host, made(host, "a", "x")) as port:
        assert problems(host, port) == [f"{DOMAIN}: the certificate is for other names: x"]


def test_the_placeholder_is_told(host: Host) -> None:
    with served(host, made(host, "a", by=None), store.PLACEHOLDER) as port:
        assert problems(host, port) == [
            f"{DOMAIN}: nginx serves the placeholder certificate: {RENEW} shows the reason"
        ]


@pytest.mark.parametrize(
    ("days", "ago", "left"),
    [
        (90, 67, None),  # 23 days: it is due since a week
        (90, 68, "22 days of 90 days"),
        (6, 3.7, None),
        (6, 3.8, "2 days of 6 days"),
        (6, 5, "24 hours of 6 days"),
        (90, 91, "-24 hours of 90 days"),
    ],
)
def test_a_certificate_that_should_be_renewed_by_now_is_told_by_its_share_of_life(
    host: Host, days: int, ago: float, left: str | None
) -> None:
    with served(host, made(host, "a", days=days, ago=ago, by=None)) as port:
        if left is None:
            check.check(host.on_port(port))
        else:
            cure = f"it was not renewed in time: {RENEW} shows the reason"
            assert problems(host, port) == [f"{DOMAIN}: {left} are left: {cure}"]


def test_of_a_certificate_of_the_operator_s_another_cure_is_told(host: Host) -> None:
    with served(host, made(host, "a", days=400, ago=369, by=None), "files") as port:
        check.check(host.on_port(port))  # 31 days: time enough to bring another
    with served(host, made(host, "a", days=400, ago=371, by=None), "files") as port:
        [line] = problems(host, port)
    assert line.endswith("replace the files of certificate.chain and certificate.key, and deploy")


def test_a_certificate_that_the_host_does_not_trust_any_more_is_told(host: Host) -> None:
    with served(host, made(host, "a")) as port:
        host.layout.ca_bundle.write_bytes(authority("other.example.org").pem)
        told = "this host no longer trusts the certificate, so browsers may not trust it either"
        assert problems(host, port) == [f"{DOMAIN}: {told}"]


def test_everything_that_is_amiss_is_told(host: Host) -> None:
    with served(host, made(host, "a", "other.example.org", by=None), store.PLACEHOLDER) as port:
        install(host, made(host, "b"), store.PLACEHOLDER)
        assert [line.partition(" ")[2][:12] for line in problems(host, port)] == [
            "nginx serves",
            "the certific",
            "nginx does n",
            "this host no",
        ]


@pytest.mark.parametrize(
    ("time", "said"),
    [
        (timedelta(days=90), "90 days"),
        (timedelta(days=2), "2 days"),
        (timedelta(days=2, seconds=-1), "48 hours"),
        (timedelta(hours=2), "2 hours"),
        (timedelta(minutes=119), "119 minutes"),
        (timedelta(seconds=119), "119 seconds"),
        (timedelta(days=-3), "-3 days"),
    ],
)
def test_a_length_of_time_is_told_in_what_fits(time: timedelta, said: str) -> None:
    assert check.described(time) == said
