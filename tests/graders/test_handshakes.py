"""Which handshakes succeed, graded by sslyze and tried with OpenSSL's own client."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.deployed import Deployed
from tests.graders.conftest import Client
from tests.site import Site

S_CLIENT = 'openssl s_client -connect "$SITE:443" -CAfile ca.pem -verify_return_error'


def test_sslyze_finds_what_mozilla_recommends(host: Deployed, site: Site, sslyze: Path) -> None:
    assert site.ca_file
    profile = host.settings.tls.profile
    done = subprocess.run(
        [sslyze, "--mozilla_config", profile, "--certinfo_ca_file", site.ca_file,
         f"{site.domain}:{site.https_port}{{{site.address}}}"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert f"{site.domain}:{site.https_port}: OK - Compliant." in done.stdout, done.stdout
    assert re.search(r"Supplied CA file.*OK - Certificate is trusted", done.stdout), done.stdout
    assert done.returncode == 0


def test_keys_are_agreed_on_so_that_a_later_quantum_computer_cannot_tell_them(
    client: Client,
) -> None:
    for offer in ("-groups X25519MLKEM768", ""):  # alone, and out of all that OpenSSL offers
        said = client.run(f"{S_CLIENT} {offer} -brief")
        assert "Negotiated TLS1.3 group: X25519MLKEM768" in said, said


@pytest.mark.parametrize("version", ["tls1", "tls1_1"])
def test_old_versions_of_tls_are_refused(client: Client, version: str) -> None:
    said = client.run(f"{S_CLIENT} -{version} -cipher ALL:@SECLEVEL=0")
    assert "alert protocol version" in said, said


def test_a_session_can_be_resumed_but_no_request_sent_before_the_handshake(client: Client) -> None:
    # Tickets follow the handshake: whoever stays for an answer has seen them.
    ask = "printf 'HEAD / HTTP/1.1\\r\\nHost: %s\\r\\nConnection: close\\r\\n\\r\\n' \"$SITE\""
    said = client.run(f"{ask} | {S_CLIENT} -tls1_3 -ign_eof")
    assert "Max Early Data: 0" in said, said


@pytest.mark.parametrize("name", ["-servername other.example.org", "-noservername"])
def test_a_name_that_is_not_served_is_refused_in_the_handshake(client: Client, name: str) -> None:
    said = client.run(f"{S_CLIENT} {name}")
    assert "unrecognized name" in said, said
    assert "BEGIN CERTIFICATE" not in said
