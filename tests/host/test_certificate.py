"""The certificate that is served is the one on disk, from the CA of the settings."""

import hashlib
import re
import socket
import ssl
from collections.abc import Callable
from typing import Any

import pytest
from testinfra.host import Host

from infra.onhost import layout
from infra.onhost.certificates import source, store
from infra.onhost.config import Host as OnHost
from infra.onhost.config import is_address
from infra.onhost.layout import LAYOUT
from infra.onhost.services import openssl
from infra.programs import host_config
from infra.settings import Settings
from tests.site import Site


def served(site: Site, name: str) -> bytes:
    """The certificate that the site serves to a client that verifies it."""
    with (
        socket.create_connection((site.address, site.https_port), 10) as raw,
        site.context().wrap_socket(raw, server_hostname=name) as tls,
    ):
        return tls.getpeercert(binary_form=True) or b""


def test_a_client_that_trusts_the_ca_trusts_the_site(site: Site) -> None:
    assert served(site, site.domain)


def test_served_installed_and_issued_are_the_same_on_every_name(
    host: Host, site: Site, settings: Settings
) -> None:
    left = host.file(str(source.chain(OnHost(LAYOUT, host_config(settings))))).content_string
    assert left == host.file(str(LAYOUT.tls / settings.domain / store.CHAIN)).content_string
    for name in settings.names:
        assert hashlib.sha256(served(site, name)).hexdigest() == openssl.fingerprint(left), name


def test_the_certificate_is_all_that_the_settings_ask_for(
    slipway: Callable[[str], Any],
) -> None:
    wanted = dict.fromkeys(("issued", "fresh", "installed", "loaded", "served"), True)
    assert slipway("certificate-state") == wanted
    assert set(slipway("certificate-prepared").values()) == {True}


def test_nothing_is_installed_but_what_is_served(host: Host, settings: Settings) -> None:
    names = [name for name in host.file(str(LAYOUT.tls)).listdir() if not name.startswith(".")]
    assert sorted(names) == sorted(
        [settings.domain, LAYOUT.virtual_hosts.name, LAYOUT.nginx_mark.name]
    )


def test_the_look_at_what_is_served_finds_nothing_amiss(host: Host) -> None:
    done = host.run("%s certificate-check", str(LAYOUT.command))
    assert done.rc == 0, done.stderr


def test_the_lineage_is_of_the_ca_in_the_settings_and_has_no_twin(
    host: Host, settings: Settings
) -> None:
    if settings.certificate.source != source.ACME:
        pytest.skip("its certificate is not certbot's")
    conf = host.file(str(LAYOUT.letsencrypt / "renewal" / f"{settings.domain}.conf"))
    assert f"server = {settings.certificate.acme_directory}" in conf.content_string
    assert f"renew_hook = {LAYOUT.command} certificate-install" in conf.content_string
    names = host.file(str(LAYOUT.letsencrypt / "renewal")).listdir()
    # Others may stand there: of a domain of before, or of programs that are not ours.
    assert not [name for name in names if re.fullmatch(rf"{settings.domain}-\d+\.conf", name)]


def test_the_timer_renews_what_no_certbot_of_the_host_knows(host: Host) -> None:
    timers = host.check_output("systemctl list-timers --all --plain --no-legend")
    assert layout.CERTIFICATE_TIMER in timers
    hook = f"{LAYOUT.command} certificate-install"
    found = host.run("grep --recursive --files-with-matches %s %s", hook,
                     str(LAYOUT.host_letsencrypt / "renewal"))  # fmt: skip
    assert found.stdout == ""


@pytest.mark.parametrize("name", ["other.example.org", None])
def test_another_name_and_no_name_get_no_certificate(site: Site, name: str | None) -> None:
    if name is None and is_address(site.domain):
        pytest.skip("who asks for an address names no server")
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with socket.create_connection((site.address, site.https_port), 10) as raw:
        try:
            context.wrap_socket(raw, server_hostname=name)
        except ssl.SSLError as error:
            assert "UNRECOGNIZED_NAME" in str(error)  # noqa: PT017  the alert is what is checked
        else:
            raise AssertionError("the handshake went through")
