"""Values that are right alone, and wrong together; a refusal names the setting to change."""

from pathlib import Path

import pytest

from infra.settings import RESERVED_VARIABLES
from tests.support.settings import refusal, settings, written


@pytest.mark.parametrize("name", sorted(RESERVED_VARIABLES))
def test_a_variable_that_slipway_sets_cannot_be_set(name: str) -> None:
    told = refusal(app={"environment": {name: "x", "A": "x"}})
    assert told == f"app.environment: remove {name}: Slipway sets it itself"


@pytest.mark.parametrize("name", ["secret_key", "admin_password", "api_key"])
def test_the_variable_of_a_secret_s_file_cannot_be_set(name: str) -> None:
    variable = f"{name.upper()}_FILE"
    told = refusal(app={"environment": {variable: "x"}}, secrets={"api_key": "/etc/hostname"})
    assert told == f"app.environment: remove {variable}: Slipway sets it itself"


def test_the_health_path_cannot_be_private() -> None:
    assert refusal(nginx={"private_paths": ["/healthz"]}) == (
        "app.health_path: must not be in nginx.private_paths: the health check asks nginx"
    )


def test_acceptance_tests_need_a_name() -> None:
    reason = "app.acceptance: cannot be used when domain is an IP address"
    assert refusal(domain="192.0.2.1", app={"acceptance": "tests"}) == reason
    assert settings(app={"acceptance": "tests"}).app.acceptance


@pytest.mark.parametrize("aliases", [["app.example.org"], ["a.example.org", "a.example.org"]])
def test_no_name_is_given_twice(aliases: list[str]) -> None:
    reason = "aliases: each alias must differ from domain and from the other aliases"
    assert refusal(aliases=aliases) == reason


def test_an_address_has_no_aliases() -> None:
    reason = "aliases: cannot be used when domain is an IP address"
    assert refusal(domain="192.0.2.1", aliases=["www.example.org"]) == reason


@pytest.mark.parametrize("alias", ["192.0.2.1", "*.example.org", "www", "WWW.example.org"])
def test_an_alias_is_a_full_domain_name(alias: str) -> None:
    assert refusal(aliases=[alias]).startswith("aliases.0: must be a ")


def test_the_ports_of_nginx_must_differ() -> None:
    reason = "nginx.https_port: must differ from nginx.http_port"
    assert refusal(nginx={"http_port": 443}) == reason


def test_each_volume_has_a_path_of_its_own() -> None:
    reason = "app.volumes: each volume must have a path of its own"
    assert refusal(app={"volumes": {"a": "/srv/a", "b": "/srv/a"}}) == reason


def test_a_variable_with_a_secret_names_one_that_there_is() -> None:
    told = refusal(app={"secrets_in_environment": {"URL": "amqp://{nobody}@h"}})
    assert told == (
        "app.secrets_in_environment.URL: there is no secret nobody: add it to secrets or"
        " app.generated_secrets"
    )


def test_a_list_of_secrets_is_a_variable_for_each() -> None:
    found = settings(app={"secrets_in_environment": ["secret_key", "redis_password"]})
    assert found.app.secrets_in_environment == {
        "SECRET_KEY": "{secret_key}",
        "REDIS_PASSWORD": "{redis_password}",
    }


@pytest.mark.parametrize("name", ["RELEASE", "SECRET_KEY_FILE", "WEB_SOCKET"])
def test_a_variable_with_a_secret_replaces_none_of_slipway_s(name: str) -> None:
    told = refusal(app={"secrets_in_environment": {name: "{secret_key}"}})
    assert told == f"app.secrets_in_environment: remove {name}: Slipway sets it itself"


def test_a_variable_is_given_once() -> None:
    app = {"environment": {"A": "x"}, "secrets_in_environment": {"A": "{secret_key}"}}
    assert refusal(app=app) == (
        "app.environment: remove A: app.secrets_in_environment sets it, too"
    )


def test_a_value_that_no_variable_can_hold_is_refused(tmp_path: Path) -> None:
    secret = written(tmp_path, b"do-not-show-me\xff")
    told = refusal(secrets={"odd": secret}, app={"secrets_in_environment": ["odd"]})
    assert told == (
        "app.secrets_in_environment.ODD: cannot contain odd: the value is not UTF-8 text"
    )
