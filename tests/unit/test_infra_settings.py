"""Wrong settings are refused, each with its path and the reason, and never with a value."""

from pathlib import Path
from typing import Any

import pytest

from infra.checkout import CHECKOUT
from infra.settings import RESERVED_VARIABLES, Settings, SettingsError, load, megabytes

GOOD = {"domain": "app.example.org", "email": "you@example.org"}
DOMAIN = "must be a full domain name in lower case, like app.example.org"
SIZE = "must be a size in megabytes or gigabytes, like 256m or 1g"


def lines(**settings: Any) -> list[str]:
    """What is said of the settings, without the host's name."""
    with pytest.raises(SettingsError) as refused:
        load(GOOD | settings, "one")
    for line in refused.value.lines:
        assert line.startswith("one: settings")
        assert "\n" not in line
    return [line.removeprefix("one: settings") for line in refused.value.lines]


def test_domain_and_email_are_enough() -> None:
    settings = load(GOOD, "one")
    assert settings.domain == "app.example.org"
    assert settings.web.processes == 2


@pytest.mark.parametrize(
    "domain",
    [
        "",
        "localhost",
        "App.example.org",
        "app_1.example.org",
        "-a.example.org",
        "a-.example.org",
        "a..example.org",
        "app.example.org.",
        "https://app.example.org",
        "app.example.org\n",
        "a;b.example.org",
        "*.example.org",
        f"{'a' * 64}.example.org",
        ".".join(["a" * 63] * 4),
    ],
)
def test_what_is_no_domain_name_is_refused(domain: str) -> None:
    assert lines(domain=domain) == [f".domain: {DOMAIN}"]


@pytest.mark.parametrize("domain", ["192.0.2", "192.0.2.256", "192.0.2.1.1", "192.0.02.1", "1"])
def test_what_looks_like_an_address_must_be_one(domain: str) -> None:
    assert lines(domain=domain) == [".domain: must be a domain name or an IPv4 address"]


def test_a_host_without_a_name_is_named_by_its_address() -> None:
    assert load(GOOD | {"domain": "192.0.2.1"}, "one").names == ["192.0.2.1"]


def test_no_name_ends_in_a_number() -> None:
    assert lines(domain="app.example.1") == [
        ".domain: must be a domain name: this one ends in a number"
    ]


@pytest.mark.parametrize("domain", ["a.io", "xn--mnchen-3ya.example", "1.2.example.org"])
def test_domain_names_are_accepted(domain: str) -> None:
    assert load(GOOD | {"domain": domain}, "one").domain == domain


@pytest.mark.parametrize("size", ["256", "256M", "0m", "1.5g", "-1m", "1t", " 1g", "1g\n", "1gb"])
def test_what_is_no_size_is_refused(size: str) -> None:
    assert lines(web={"memory": size}) == [f".web.memory: {SIZE}"]


@pytest.mark.parametrize(("size", "number"), [("1m", 1), ("900m", 900), ("4g", 4096)])
def test_sizes_are_counted_in_megabytes(size: str, number: int) -> None:
    assert megabytes(size) == number


@pytest.mark.parametrize("value", ["2", True, 2.0, None, [2]])
def test_a_number_must_be_a_whole_number(value: object) -> None:
    assert lines(web={"processes": value}) == [".web.processes: must be a whole number"]


@pytest.mark.parametrize(
    ("section", "name", "value", "reason"),
    [
        ("web", "processes", 0, "greater than or equal to 1"),
        ("web", "processes", 65, "less than or equal to 64"),
        ("web", "request_timeout", 0, "greater than or equal to 1"),
        ("worker", "job_timeout", 86401, "less than or equal to 86400"),
        ("nginx", "http_port", 79, "greater than or equal to 80"),
        ("nginx", "https_port", 65536, "less than or equal to 65535"),
        ("worker", "queue", "Default", "pattern"),
        ("worker", "queue", "a b", "pattern"),
        ("app", "health_path", "healthz", "pattern"),
        ("app", "health_path", "/a b", "pattern"),
        ("app", "health_path", "/a;b", "pattern"),
        ("web", "command", "uwsgi --ini x", "valid tuple"),
        ("web", "server", "waitress", "'uwsgi' or 'gunicorn'"),
        ("app", "system_packages", ["--yes"], "pattern"),
        ("app", "system_packages", ["a b"], "pattern"),
        ("app", "static_folder", "srv/static", "absolute path"),
        ("app", "static_folder", "/srv/../etc", "absolute path"),
        ("app", "static_url", "/static", "begin and end with /"),
        ("app", "static_url", "/", "begin and end with /"),
        ("app", "static_url", "/../", "begin and end with /"),
        ("app", "volumes", {"etc": "/etc/app"}, "below /srv or /data"),
        ("app", "volumes", {"code": "/srv/app/data"}, "below /srv or /data"),
        ("app", "volumes", {"code": "/srv/app"}, "below /srv or /data"),
        ("app", "volumes", {"a": "/srv/a", "b": "/srv/a"}, "different paths"),
        ("nginx", "private_paths", ["/"], "pattern"),
        ("nginx", "private_paths", ["/metrics/"], "pattern"),
        ("nginx", "private_paths", ["/a;b"], "pattern"),
        ("docker", "base_image", "debian trixie", "pattern"),
        ("docker", "base_image", "", "pattern"),
        ("docker", "registry_mirror", "http://mirror.example.org", "must begin with https://"),
        ("docker", "registry_mirror", "mirror.example.org", "valid URL"),
        ("certificate", "acme_directory", "http://ca.example.org", "must begin with https://"),
        ("certificate", "key_type", "dsa", "'ecdsa' or 'rsa'"),
        ("preflight", "clock_difference", 0, "greater than or equal to 1"),
    ],
)
def test_a_value_out_of_its_limits_is_refused(
    section: str, name: str, value: object, reason: str
) -> None:
    [line] = lines(**{section: {name: value}})
    assert line.startswith((f".{section}.{name}: ", f".{section}.{name}.", f".{section}: "))
    assert reason in line


def test_a_wrong_word_of_a_command_is_named_by_its_place() -> None:
    [first, second] = lines(worker={"command": ["", "a", "b\nc"]})
    assert first.startswith(".worker.command.0: ")
    assert second.startswith(".worker.command.2: ")


def test_the_ports_of_nginx_must_differ() -> None:
    assert lines(nginx={"http_port": 443}) == [".nginx: http_port and https_port must differ"]


@pytest.mark.parametrize("email", ["", "you", "you@", "a@b@example.org", "you@example"])
def test_what_is_no_email_address_is_refused(email: str) -> None:
    [line] = lines(email=email)
    assert line.startswith(".email: value is not a valid email address")


@pytest.mark.parametrize("name", sorted(RESERVED_VARIABLES))
def test_what_slipway_sets_itself_cannot_be_set(name: str) -> None:
    assert lines(app={"environment": {name: "x"}}) == [
        f": app.environment sets what Slipway sets: {name}"
    ]


@pytest.mark.parametrize("name", ["secret_key", "admin_password", "api_key"])
def test_the_variable_of_a_secret_s_file_cannot_be_set(name: str) -> None:
    app = {"environment": {f"{name.upper()}_FILE": "x"}}
    assert lines(app=app, secrets={"api_key": "config.py"}) == [
        f": app.environment sets what Slipway sets: {name.upper()}_FILE"
    ]


def test_the_health_path_cannot_be_private() -> None:
    [line] = lines(nginx={"private_paths": ["/healthz"]})
    assert "not in nginx.private_paths" in line


@pytest.mark.parametrize("name", ["lower", "1A", "A-B", "A B", "", "A=B", "É"])
def test_a_variable_must_have_the_name_of_one(name: str) -> None:
    [line] = lines(app={"environment": {name: "x"}})
    assert line.startswith(f".app.environment.{name}: ")
    assert "pattern" in line


@pytest.mark.parametrize("value", ["a\nb", "a\rb", "a\x00b", "a\n"])
def test_a_variable_is_one_line(value: str) -> None:
    [line] = lines(app={"environment": {"A": value}})
    assert line.startswith(".app.environment.A: ")


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load(GOOD, "one").web.processes = 3  # type: ignore[misc]


def test_the_defaults_exist_in_the_checkout() -> None:
    defaults = Settings.model_validate(GOOD).app
    assert defaults.source == CHECKOUT / "app"
    assert defaults.requirements == Path(CHECKOUT, "requirements", "app.txt")
