"""The certificate: what stands of it on the host, and making it right."""

import fcntl
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from infra.certificate import LOCK, venv
from infra.onhost.certificates import certificate, source, store, virtual_hosts
from infra.onhost.command import Failure
from infra.onhost.config import HostConfig
from infra.onhost.layout import LAYOUT
from tests.support.onhost import CONFIG, DOMAIN, Host, new_host, no_listener
from tests.support.onhost.servers import always, serving
from tests.support.operations.certificates import make

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to nginx: needs root")


def test_certbot_s_directory_is_named_after_its_lock(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert venv().parent == LAYOUT.certbot_venvs
    before = venv()
    monkeypatch.setattr("infra.certificate.LOCK", LOCK.with_name("app.txt"))
    assert venv() != before


@pytest.fixture
def host() -> Iterator[Host]:
    """A host before its first certificate, whose nginx is not up yet."""
    with new_host() as host:
        host.program("docker")
        yield host


def given(host: Host, *names: str, port: int = 443, days: int = 90) -> HostConfig:
    """The configuration of a host whose operator provides a certificate of these names."""
    chain = host.layout.given_certificate / "fullchain.pem"
    make(chain, *(names or (DOMAIN,)), days=days)
    chain.with_name("fullchain.pem.key").rename(chain.with_name("privkey.pem"))
    assert host.calls.exists()
    plain = replace(CONFIG, https_port=port)
    return replace(plain, certificate=replace(plain.certificate, source="files"))


def signed(port: int) -> HostConfig:
    """The configuration of a host that signs its certificate itself."""
    plain = replace(CONFIG, https_port=port)
    return replace(plain, certificate=replace(plain.certificate, source="self-signed"))


@pytest.mark.parametrize("source", ["acme", "files", "self-signed"])
def test_a_host_without_a_certificate_has_all_to_do(host: Host, source: str) -> None:
    with no_listener() as port:
        wanted = replace(
            replace(CONFIG, https_port=port), certificate=replace(CONFIG.certificate, source=source)
        )
        assert set(certificate.state(host.with_config(wanted)).values()) == {False}
        assert set(certificate.prepared(host.with_config(wanted)).values()) == {False}


def test_what_is_loaded_and_served_is_not_loaded_again(host: Host) -> None:
    wanted, chain = given(host), host.layout.given_certificate / "fullchain.pem"
    (chain.parent / "fullchain.pem.key").write_bytes((chain.parent / "privkey.pem").read_bytes())
    with serving(chain, always(200)) as (port, _):
        certificate.install(host.with_config(replace(wanted, https_port=port)))
        once = host.called()
        assert once
        certificate.install(host.with_config(replace(wanted, https_port=port)))
        assert host.called() == once
    with no_listener() as port:
        certificate.install(host.with_config(replace(wanted, https_port=port)))
    assert len(host.called()) > len(once)


def test_every_name_is_looked_at_and_told(host: Host, capsys: pytest.CaptureFixture[str]) -> None:
    wanted, chain = given(host), host.layout.given_certificate / "fullchain.pem"
    make(chain, DOMAIN, "www.example.org")
    with serving(chain, always(200)) as (port, _):
        certificate.check(
            host.with_config(replace(wanted, https_port=port, aliases=["www.example.org"]))
        )
    told = capsys.readouterr().err
    assert told.startswith(f"{DOMAIN}, www.example.org serves its certificate until 20")


def test_a_renewal_that_is_refused_leaves_the_good_certificate_to_a_deploy_and_fails_the_timer(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted, chain = given(host), host.layout.given_certificate / "fullchain.pem"
    (chain.parent / "fullchain.pem.key").write_bytes((chain.parent / "privkey.pem").read_bytes())

    def refuse(_host: Host, *, advised: bool) -> None:
        raise Failure(f"the CA does not answer ({advised=})")

    with serving(chain, always(200)) as (port, _):
        wanted = replace(wanted, https_port=port)
        host.layout.applied.mkdir(parents=True, exist_ok=True)
        certificate.ensure(host.with_config(wanted))
        assert certificate.postponed(host) == ""
        monkeypatch.setattr(source, "obtain", refuse)
        certificate.ensure(host.with_config(wanted))
        assert "renewed yet: the CA does not answer (advised=False)" in certificate.postponed(host)
        with pytest.raises(Failure, match="advised=True"):
            certificate.renew(host.with_config(wanted))
        given(host, days=0)
        with pytest.raises(Failure, match="advised=False"):
            certificate.ensure(host.with_config(wanted))


def test_two_who_are_at_the_certificate_wait_for_each_other(host: Host) -> None:
    wanted = given(host)
    with ThreadPoolExecutor() as pool:
        with host.layout.certificate_lock.open("a") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            other = pool.submit(certificate.prepare, host.with_config(wanted))
            time.sleep(0.3)
            assert not other.done()
            assert store.names(host) == []
        other.result(10)
    assert store.names(host) == [DOMAIN]


def test_what_stands_is_told_fact_by_fact(host: Host) -> None:
    wanted = given(host)
    chain = host.layout.given_certificate / "fullchain.pem"
    (chain.parent / "fullchain.pem.key").write_bytes((chain.parent / "privkey.pem").read_bytes())
    with serving(chain, always(200)) as (port, _):
        wanted = replace(wanted, https_port=port)
        found = certificate.state(host.with_config(wanted))
        assert found == {
            "issued": True,
            "fresh": True,
            "installed": False,
            "loaded": False,
            "served": True,
        }
        certificate.prepare(host.with_config(wanted))
        assert set(certificate.state(host.with_config(wanted)).values()) == {True}
        host.layout.virtual_hosts.write_text("# of another day\n")
        assert [
            name for name, right in certificate.state(host.with_config(wanted)).items() if not right
        ] == ["loaded"]


def test_what_the_operator_provides_is_never_due(host: Host) -> None:
    with no_listener() as port:
        facts = certificate.state(host.with_config(given(host, port=port, days=1)))
    assert facts["issued"]
    assert facts["fresh"]


def test_a_certificate_that_lacks_a_name_is_none(host: Host) -> None:
    wanted = replace(given(host), aliases=["www.example.org"])
    with no_listener() as port:
        facts = certificate.state(host.with_config(replace(wanted, https_port=port)))
    assert not facts["issued"]
    with pytest.raises(Failure, match=rf"has no certificate for {DOMAIN}, www\.example\.org"):
        certificate.renew(host.with_config(wanted))


def test_a_host_signs_once_and_again_when_it_is_due(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certificate, "RELOAD_SECONDS", 0)
    with no_listener() as port:
        first = renewed(host, signed(port))
        assert renewed(host, signed(port)) == first
        old = make(host.layout.self_signed / "fullchain.pem", DOMAIN, ago=61)
        assert renewed(host, signed(port)) not in (first, old.pem)
    assert store.record(host, DOMAIN).source == "self-signed"
    assert virtual_hosts.loaded(host.with_config(signed(port)))


def renewed(host: Host, wanted: HostConfig) -> bytes:
    """What is installed by a renewal on a host where nobody serves it."""
    with pytest.raises(Failure, match="nginx does not serve the certificate on disk"):
        certificate.renew(host.with_config(wanted))
    found = store.chain(host, wanted.domain).read_bytes()
    assert found == (host.layout.self_signed / "fullchain.pem").read_bytes()
    return found
