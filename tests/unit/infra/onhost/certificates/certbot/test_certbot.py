"""certbot: when the certificate that it left fits the settings, and what it is run for."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.onhost.certificates import certbot
from infra.onhost.command import Failure
from tests.support.onhost import DOMAIN, Host, new_host
from tests.support.onhost.certbot import ACME, RENEWAL, asked, chain, install, leave, renewal
from tests.support.operations.certificates import make


@pytest.fixture
def host() -> Iterator[Host]:
    """A host on which certbot left a certificate of the settings."""
    with new_host() as host:
        leave(host)
        yield host


def test_certbot_s_parameters_are_read() -> None:
    found = certbot.renewal_parameters(RENEWAL.splitlines())
    assert found["server"] == ACME
    assert found["key_type"] == "ecdsa"
    assert found["account"] == "0123=4567 = 89"
    assert "[renewalparams]" not in found


@pytest.mark.parametrize(
    ("saved", "wanted"),
    [
        ("", ""),
        ("preferred_profile = None\n", ""),
        ("preferred_profile = shortlived\n", "shortlived"),
    ],
)
def test_a_lineage_of_the_settings_matches(host: Host, saved: str, wanted: str) -> None:
    renewal(host).write_text(RENEWAL + saved)
    assert certbot.matches(host.changed(profile=wanted))


@pytest.mark.parametrize(
    "other",
    [
        {"acme_directory": f"{ACME}2"},
        {"key_type": "rsa"},
        {"profile": "shortlived"},
        {"domain": "b.example.org"},
        {"aliases": ["www.example.org"]},
    ],
)
def test_a_lineage_of_other_settings_does_not_match(host: Host, other: dict[str, Any]) -> None:
    assert certbot.matches(host)
    assert not certbot.matches(host.changed(**other))


@pytest.mark.parametrize(
    ("saved", "wanted"), [("shortlived", ""), ("None", "shortlived"), ("tlsserver", "shortlived")]
)
def test_a_lineage_of_another_profile_does_not_match(host: Host, saved: str, wanted: str) -> None:
    renewal(host).write_text(RENEWAL + f"preferred_profile = {saved}\n")
    assert not certbot.matches(host.changed(profile=wanted))


def test_a_lineage_of_more_names_does_not_match(host: Host) -> None:
    make(chain(host), DOMAIN, "www.example.org")
    assert not certbot.matches(host)
    assert certbot.matches(host.changed(aliases=["www.example.org"]))


@pytest.mark.parametrize("lost", [chain, renewal])
def test_a_lineage_that_lacks_a_file_does_not_match(
    host: Host, lost: Callable[[Host], Path]
) -> None:
    lost(host).unlink()
    assert not certbot.matches(host)


@pytest.mark.parametrize(
    ("other", "command", "forced"),
    [
        ({}, "renew", False),
        ({"key_type": "rsa"}, "certonly", True),
        ({"domain": "b.example.org"}, "certonly", False),
    ],
)
def test_certbot_renews_what_fits_and_issues_what_does_not(
    host: Host, other: dict[str, Any], command: str, forced: bool
) -> None:
    install(host, f'echo "$REQUESTS_CA_BUNDLE" >> {host.calls}')
    certbot.ask(host.changed(**other))
    run, trust = host.called()
    assert asked(host) == [command]
    assert ("--force-renewal" in run.split()) is forced
    assert trust == str(host.layout.ca_bundle)


def test_what_certbot_says_is_told(host: Host) -> None:
    install(host, "echo 'no such challenge' >&2; exit 1")
    with pytest.raises(Failure, match="exit code 1: no such challenge"):
        certbot.ask(host)
    assert asked(host) == ["renew"]
