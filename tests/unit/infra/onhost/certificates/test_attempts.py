"""What a CA was asked for, and when its limits would refuse one more order."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from infra.onhost.certificates import attempts
from infra.onhost.command import Failure
from tests.support.onhost import DOMAIN, Host, new_host
from tests.support.operations.certificates import make

NOW = 1_767_225_600.0  # 2026-01-01 00:00 UTC
HOUR, DAY = 3600, 86400


@pytest.fixture
def host() -> Iterator[Host]:
    """A host that has asked no CA yet."""
    with new_host() as host:
        yield host


def asked(host: Host, *ago: float, granted: bool = True) -> None:
    """Notes orders of so many seconds ago."""
    with pytest.MonkeyPatch.context() as on:
        for seconds in sorted(ago, reverse=True):
            on.setattr(time, "time", lambda at=NOW - seconds: at)
            attempts._note(host, granted=granted)


def refusal(host: Host, *, renewal: bool = False) -> str:
    return attempts.refusal(host, NOW, renewal=renewal)


def test_a_host_that_asked_for_nothing_may_ask(host: Host) -> None:
    assert attempts.read(host) == []
    assert refusal(host) == ""


def test_more_than_the_ca_issues_in_a_week_is_not_asked_for(host: Host) -> None:
    asked(host, 6 * DAY, 5 * DAY, 4 * DAY, 3 * DAY)
    assert refusal(host) == ""
    asked(host, 2 * DAY)
    assert refusal(host) == (
        "5 certificates for these names were issued in the last seven days, the CA's limit is 5:"
        " the next one is possible after 2026-01-02 00:00 UTC"
    )


def test_what_is_older_than_a_week_does_not_count(host: Host) -> None:
    asked(host, 7 * DAY + 1, 6 * DAY, 5 * DAY, 4 * DAY, 3 * DAY)
    assert refusal(host) == ""


def test_over_the_limit_the_oldest_that_still_counts_says_when(host: Host) -> None:
    asked(host, 6 * DAY, 5 * DAY, 4 * DAY)
    assert refusal(host.changed(weekly_limit=2)).endswith("after 2026-01-03 00:00 UTC")
    assert refusal(host.changed(weekly_limit=4)) == ""


def test_a_renewal_is_beyond_the_weekly_limit_but_not_beyond_that_of_failures(host: Host) -> None:
    asked(host, *[DAY] * 5)
    assert refusal(host)
    assert refusal(host, renewal=True) == ""
    asked(host, *[60] * 5, granted=False)
    assert refusal(host, renewal=True)


def test_five_failures_in_an_hour_are_enough(host: Host) -> None:
    asked(host, 3000, 2400, 1800, 1200, granted=False)
    assert refusal(host) == ""
    asked(host, 600, granted=False)
    assert refusal(host) == (
        "5 challenges have failed in the last hour: fix the cause"
        " (journalctl --unit slipway-certificate.service); the next attempt is possible after"
        " 2026-01-01 00:10 UTC"
    )


def test_failures_of_more_than_an_hour_ago_and_certificates_do_not_count_as_failures(
    host: Host,
) -> None:
    asked(host, *[HOUR + 1] * 5, granted=False)
    asked(host, 60, 50, 40, 30)
    assert refusal(host) == ""


@pytest.mark.parametrize(
    "other",
    [
        {"domain": "b.example.org"},
        {"aliases": ["www.example.org"]},
        {"acme_directory": "https://acme.example.org/directory"},
    ],
)
def test_other_names_and_other_cas_do_not_count(host: Host, other: dict[str, Any]) -> None:
    asked(host, *[60] * 5)
    asked(host, *[60] * 5, granted=False)
    assert refusal(host)
    assert refusal(host.changed(**other)) == ""


def test_the_order_of_the_names_makes_no_difference(host: Host) -> None:
    asked(host.changed(aliases=["b.example.org", "a.example.org"]), *[60] * 5)
    assert refusal(host.changed(aliases=["a.example.org", "b.example.org"]))


@pytest.mark.parametrize("rest", ['{"at": 17', "[]", "{}", '"x"', '{"of": "later"}', ""])
def test_a_line_that_is_cut_off_or_of_another_version_is_left_out(host: Host, rest: str) -> None:
    asked(host, 60)
    with host.layout.attempts.open("a") as file:
        file.write(rest + "\n")
    asked(host, 50)
    assert [NOW - attempt.at for attempt in attempts.read(host)] == [60, 50]


def test_a_certificate_and_a_failed_challenge_are_noted(host: Host) -> None:
    chain = host.layout.state / "chain.pem"
    with attempts.noted(host, chain):
        make(chain, DOMAIN)
    with pytest.raises(Failure), attempts.noted(host, chain):
        raise Failure("Some challenges have failed.")
    assert [(one.names, one.granted) for one in attempts.read(host)] == [
        ([DOMAIN], True),
        ([DOMAIN], False),
    ]


def test_what_ended_with_the_old_certificate_or_at_no_challenge_is_not_noted(host: Host) -> None:
    chain = host.layout.state / "chain.pem"
    make(chain, DOMAIN)
    with attempts.noted(host, chain):
        pass
    with pytest.raises(Failure), attempts.noted(host, chain):
        raise Failure("the CA does not answer")
    assert attempts.read(host) == []


def test_a_renewal_that_the_ca_advised_is_noted_as_one_more(host: Host) -> None:
    chain = host.layout.state / "chain.pem"
    make(chain, DOMAIN)
    with attempts.noted(host, chain):
        make(chain, DOMAIN)
    assert [one.granted for one in attempts.read(host)] == [True]
