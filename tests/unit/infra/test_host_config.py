"""What the programs on the host are told of the settings."""

import pytest

from infra.programs import host_config
from tests.support.settings import settings


def test_the_host_is_told_of_all_names_the_domain_first() -> None:
    found = host_config(settings(aliases=["b.example.org", "a.example.org"]))
    assert found.names == ["app.example.org", "b.example.org", "a.example.org"]


@pytest.mark.parametrize(
    ("domain", "profile", "wanted"),
    [
        ("app.example.org", None, ""),
        ("app.example.org", "tlsserver", "tlsserver"),
        ("192.0.2.1", None, "shortlived"),
        ("192.0.2.1", "own", "own"),
    ],
)
def test_an_address_has_a_short_lived_certificate_unless_told_otherwise(
    domain: str, profile: str | None, wanted: str
) -> None:
    found = host_config(settings(domain=domain, certificate={"profile": profile}))
    assert found.certificate.profile == wanted


@pytest.mark.parametrize(
    ("hsts", "wanted"),
    [
        ("on", "max-age=63072000"),
        ("preload", "max-age=63072000; includeSubDomains; preload"),
        ("off", ""),
    ],
)
def test_hsts_includes_subdomains_only_for_preload(hsts: str, wanted: str) -> None:
    assert host_config(settings(tls={"hsts": hsts})).hsts == wanted
