"""What stands of the certificate on the host: the facts that a deploy decides from."""

import os
from collections.abc import Iterator

import pytest

from infra.onhost.certificates import certificate
from infra.onhost.command import Failure
from tests.support.onhost import DOMAIN, Host, new_host, no_listener
from tests.support.onhost.servers import always, serving
from tests.support.onhost.sources import given

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to nginx: needs root")


@pytest.fixture
def host() -> Iterator[Host]:
    """A host before its first certificate, which an operator provides; its nginx is not up yet."""
    with new_host() as host:
        host.program("docker")
        yield host.changed(source="files")


@pytest.mark.parametrize("source", ["acme", "files", "self-signed"])
def test_a_host_without_a_certificate_has_all_to_do(host: Host, source: str) -> None:
    with no_listener() as port:
        bare = host.changed(https_port=port, source=source)
        assert set(certificate.state(bare).values()) == {False}
        missing = {name for name, right in certificate.prepared(bare).items() if not right}
        assert missing == {"certificate", "trust", "loaded"}


def test_what_stands_is_told_fact_by_fact(host: Host) -> None:
    with serving(given(host), always(200)) as (port, _):
        host = host.on_port(port)
        assert certificate.state(host) == {
            "issued": True,
            "fresh": True,
            "installed": False,
            "loaded": False,
            "served": True,
        }
        certificate.prepare(host)
        assert set(certificate.state(host).values()) == {True}
        host.layout.virtual_hosts.write_text("# of another day\n")
        facts = certificate.state(host)
    assert [name for name, right in facts.items() if not right] == ["loaded"]


def test_what_the_operator_provides_is_never_due(host: Host) -> None:
    given(host, days=1)
    with no_listener() as port:
        facts = certificate.state(host.on_port(port))
    assert facts["issued"]
    assert facts["fresh"]


def test_a_certificate_that_lacks_a_name_is_none(host: Host) -> None:
    given(host)
    wanted = host.changed(aliases=["www.example.org"])
    with no_listener() as port:
        facts = certificate.state(wanted.on_port(port))
    assert not facts["issued"]
    with pytest.raises(Failure, match=rf"has no certificate for {DOMAIN}, www\.example\.org"):
        certificate.renew(wanted)
