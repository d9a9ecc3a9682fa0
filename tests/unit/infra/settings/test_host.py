"""Settings of the host itself."""

import pytest

from tests.support.settings import settings


def test_domain_and_email_are_enough() -> None:
    found = settings()
    assert found.domain == "app.example.org"
    assert found.web.processes == 2


def test_a_host_without_a_name_is_named_by_its_address() -> None:
    assert settings(domain="192.0.2.1").names == ["192.0.2.1"]


def test_the_names_are_the_domain_and_then_the_aliases() -> None:
    found = settings(aliases=["b.example.org", "a.example.org"])
    assert found.names == ["app.example.org", "b.example.org", "a.example.org"]


def test_the_host_makes_the_secrets_that_nobody_gives() -> None:
    found = settings(secrets={"secret_key": "/etc/hostname", "api_key": "/etc/hostname"})
    assert found.made_secrets == ["admin_password", "redis_password"]
    assert found.secret_names == ["admin_password", "api_key", "redis_password", "secret_key"]


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        settings().web.processes = 3  # type: ignore[misc]
