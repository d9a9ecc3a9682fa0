"""The certificate: making right what is installed, loaded and served."""

import fcntl
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from infra.certificate import LOCK, venv
from infra.onhost.certificates import certificate, source, store, virtual_hosts
from infra.onhost.command import Failure
from infra.onhost.layout import LAYOUT
from tests.support.onhost import DOMAIN, Host, new_host, no_listener
from tests.support.onhost.servers import always, serving
from tests.support.onhost.sources import given
from tests.support.operations.certificates import make

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to nginx: needs root")


def test_certbot_s_directory_is_named_after_its_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    assert venv().parent == LAYOUT.certbot_venvs
    before = venv()
    monkeypatch.setattr("infra.certificate.LOCK", LOCK.with_name("development.txt"))
    assert venv() != before


@pytest.fixture
def host() -> Iterator[Host]:
    """A host before its first certificate, which an operator provides; its nginx is not up yet."""
    with new_host() as host:
        host.program("docker")
        yield host.changed(source="files")


def test_what_is_loaded_and_served_is_not_loaded_again(host: Host) -> None:
    with serving(given(host), always(200)) as (port, _):
        certificate.install(host.on_port(port))
        once = host.called()
        assert once
        certificate.install(host.on_port(port))
        assert host.called() == once
    with no_listener() as port:
        certificate.install(host.on_port(port))
    assert len(host.called()) > len(once)


def test_every_name_is_looked_at_and_told(host: Host, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(given(host, DOMAIN, "www.example.org"), always(200)) as (port, _):
        certificate.check(host.changed(https_port=port, aliases=["www.example.org"]))
    told = capsys.readouterr().err
    names = f"{DOMAIN}, www.example.org"
    assert told.startswith(f"nginx serves the certificate of {names}, which is valid until 20")


def test_a_renewal_that_is_refused_leaves_the_good_certificate_to_a_deploy_and_fails_the_timer(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_host: Host, *, advised: bool) -> None:
        raise Failure(f"the CA does not answer ({advised=})")

    with serving(given(host), always(200)) as (port, _):
        host = host.on_port(port)
        certificate.ensure(host)
        assert certificate.postponed(host) == ""
        monkeypatch.setattr(source, "obtain", refuse)
        certificate.ensure(host)
        assert "renewed yet: the CA does not answer (advised=False)" in certificate.postponed(host)
        with pytest.raises(Failure, match="advised=True"):
            certificate.renew(host)
        given(host, days=0)
        with pytest.raises(Failure, match="advised=False"):
            certificate.ensure(host)


def test_two_who_are_at_the_certificate_wait_for_each_other(host: Host) -> None:
    given(host)
    with ThreadPoolExecutor() as pool:
        with host.layout.certificate_lock.open("a") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            other = pool.submit(certificate.prepare, host)
            time.sleep(0.3)
            assert not other.done()
            assert store.names(host) == []
        other.result(10)
    assert store.names(host) == [DOMAIN]


def test_a_host_signs_once_and_again_when_it_is_due(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certificate, "RELOAD_SECONDS", 0)
    with no_listener() as port:
        signing = host.changed(https_port=port, source="self-signed")
        first = renewed(signing)
        assert renewed(signing) == first
        old = make(host.layout.self_signed / "fullchain.pem", DOMAIN, ago=61)
        assert renewed(signing) not in (first, old.pem)
    assert store.record(host, DOMAIN).source == "self-signed"
    assert virtual_hosts.loaded(signing)


def renewed(host: Host) -> bytes:
    """What is installed by a renewal on a host where nobody serves it."""
    with pytest.raises(Failure, match=f"nobody answers for {DOMAIN} on port"):
        certificate.renew(host)
    found = store.chain(host, DOMAIN).read_bytes()
    assert found == (host.layout.self_signed / "fullchain.pem").read_bytes()
    return found
