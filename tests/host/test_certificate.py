"""The certificate that is served is the one on disk, from the CA of the settings."""

import hashlib
import socket
import ssl
from collections.abc import Callable
from typing import Any

from testinfra.host import Host

from infra.onhost import layout
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


def test_served_installed_and_issued_are_the_same(
    host: Host, site: Site, settings: Settings
) -> None:
    lineage = layout.LETSENCRYPT / "live" / settings.domain / "fullchain.pem"
    issued = host.file(str(lineage)).content_string
    assert issued == host.file(str(layout.TLS_CERTIFICATE)).content_string
    first = issued[: issued.index("-----END")] + "-----END CERTIFICATE-----"
    fingerprint = hashlib.sha256(ssl.PEM_cert_to_DER_cert(first)).hexdigest()
    assert hashlib.sha256(served(site, settings.domain)).hexdigest() == fingerprint


def test_the_certificate_is_all_that_the_settings_ask_for(
    slipway: Callable[[str], Any],
) -> None:
    wanted = {"issued": True, "fresh": True, "installed": True, "served": True}
    assert slipway("certificate-state") == wanted


def test_the_lineage_is_of_the_ca_in_the_settings_and_has_no_twin(
    host: Host, settings: Settings
) -> None:
    conf = host.file(str(layout.LETSENCRYPT / "renewal" / f"{settings.domain}.conf"))
    assert f"server = {settings.certificate.acme_directory}" in conf.content_string
    assert f"renew_hook = {layout.COMMAND} certificate-install" in conf.content_string
    names = host.file(str(layout.LETSENCRYPT / "renewal")).listdir()
    assert names == [f"{settings.domain}.conf"]


def test_exactly_one_timer_renews(host: Host) -> None:
    timers = host.check_output("systemctl list-timers --all --plain --no-legend")
    renewing = [line for line in timers.splitlines() if "cert" in line]
    assert len(renewing) == 1
    assert layout.CERTIFICATE_TIMER in renewing[0]


def test_another_name_gets_no_certificate(site: Site) -> None:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with socket.create_connection((site.address, site.https_port), 10) as raw:
        try:
            context.wrap_socket(raw, server_hostname="other.example.org")
        except ssl.SSLError as error:
            assert "UNRECOGNIZED_NAME" in str(error)  # noqa: PT017  the alert is what is checked
        else:
            raise AssertionError("the handshake went through")
