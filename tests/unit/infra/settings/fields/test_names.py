"""Names of sites, people and variables: what is taken, and what a refusal says of the others."""

import pytest

from tests.support.settings import refusal, settings

DOMAIN = "must be a full domain name in lower case, like app.example.org"


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
def test_a_domain_must_be_a_full_domain_name(domain: str) -> None:
    assert refusal(domain=domain) == f"domain: {DOMAIN}"


@pytest.mark.parametrize("domain", ["192.0.2", "192.0.2.256", "192.0.2.1.1", "192.0.02.1", "1"])
def test_what_looks_like_an_address_must_be_one(domain: str) -> None:
    assert refusal(domain=domain) == "domain: must be a domain name or an IPv4 address"


def test_no_name_ends_in_a_number() -> None:
    told = refusal(domain="app.example.1")
    assert told == "domain: must be a domain name: this one ends in a number"


@pytest.mark.parametrize("domain", ["a.io", "xn--mnchen-3ya.example", "1.2.example.org"])
def test_domain_names_are_accepted(domain: str) -> None:
    assert settings(domain=domain).domain == domain


@pytest.mark.parametrize("email", ["", "you", "you@", "a@b@example.org", "you@example"])
def test_an_email_address_must_be_one(email: str) -> None:
    assert refusal(email=email) == "email: must be an email address, like you@example.org"


@pytest.mark.parametrize("name", ["lower", "1A", "A-B", "A B", "", "A=B", "É"])
def test_a_variable_must_have_the_name_of_one(name: str) -> None:
    reason = "must be a name of A-Z, 0-9 and _ that does not begin with a digit"
    assert refusal(app={"environment": {name: "x"}}) == f"app.environment.{name}: {reason}"
