"""What a CA says of itself, held against the settings before it is asked: a real directory."""

from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError

import pytest

from infra.onhost.certificates import preflight
from infra.onhost.command import Failure
from tests.support.onhost import Host, new_host, no_listener
from tests.support.onhost.ca import CA, HERE, asking, directory, trust
from tests.support.onhost.mail import post_office
from tests.support.operations.certificates import authority, make

ACCOUNT = "it requires an external account: set certificate.external_account"


@pytest.fixture
def host() -> Iterator[Host]:
    """A host that trusts one CA."""
    with new_host() as host:
        trust(host)
        yield host


def problems(host: Host, meta: bytes | dict[str, Any], **terms: Any) -> list[str]:
    """What a CA that says this of itself would refuse."""
    with directory(host, meta) as url:
        return preflight.problems_of(asking(host, url, **terms), renewal=False)


@pytest.mark.parametrize(
    ("meta", "terms", "told"),
    [
        ({}, {}, []),
        ({"externalAccountRequired": True}, {}, [ACCOUNT]),
        ({"externalAccountRequired": True}, {"external_account": True}, []),
        ({"externalAccountRequired": False}, {}, []),
        ({"profiles": {"short": "", "classic": ""}}, {"profile": "short"}, []),
        ({"profiles": {"short": "", "classic": ""}}, {}, []),
        (
            {"profiles": {"short": "", "classic": ""}},
            {"profile": "long"},
            ["it has no profile long: change certificate.profile (it has: classic, short)"],
        ),
        (
            {},
            {"profile": "long"},
            ["it has no profile long: change certificate.profile (it has: none)"],
        ),
        (b'{"newNonce": "x"}', {}, []),
    ],
)
def test_what_the_ca_says_of_itself_is_held_against_the_settings(
    host: Host, meta: bytes | dict[str, Any], terms: dict[str, Any], told: list[str]
) -> None:
    assert problems(host, meta, **terms) == told


@pytest.mark.parametrize(("answer", "status"), [(b"{", 200), (b"", 200), (b"{}", 500)])
def test_a_ca_that_does_not_answer_as_one_is_told(host: Host, answer: bytes, status: int) -> None:
    with directory(host, answer, status) as url, pytest.raises(Failure) as told:
        preflight.check(asking(host, url), renewal=False)
    assert str(told.value).startswith(f"the CA does not answer at {url}: ")
    assert str(told.value).endswith("the timer slipway-certificate.timer asks again")
    if isinstance(told.value.__cause__, HTTPError):
        told.value.__cause__.close()  # it is the answer, too


def test_a_ca_that_is_not_there_is_none_or_is_not_trusted_is_told(host: Host) -> None:
    with no_listener() as port, pytest.raises(Failure, match=r"does not answer at .*refused"):
        preflight.directory(asking(host, f"https://{HERE}:{port}/directory"))
    make(host.layout.state / "mail.pem", HERE, by=CA)
    with (
        post_office(host.layout.state / "mail.pem", starttls=False) as post,
        pytest.raises(Failure, match=r"does not answer at .*220 mail\.example\.org"),
    ):
        preflight.directory(asking(host, f"https://{HERE}:{post.port}/directory"))
    host.layout.ca_bundle.write_bytes(authority("ca.example.org").pem)
    with directory(host, {}) as url, pytest.raises(Failure, match="certificate verify failed"):
        preflight.directory(asking(host, url))
