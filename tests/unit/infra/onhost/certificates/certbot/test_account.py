"""certbot's account at the CA: when it is lost, and what is done about it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.onhost.certificates import certbot
from infra.onhost.command import Failure
from tests.support.onhost import Host, new_host
from tests.support.onhost.certbot import asked, install, leave


@pytest.fixture
def host() -> Iterator[Host]:
    """A host with a certificate and an account at its CA."""
    with new_host() as host:
        leave(host)
        account(host).mkdir(parents=True)
        (account(host) / "key").touch()
        host.layout.certbot_log.parent.mkdir(parents=True)
        yield host


def account(host: Host) -> Path:
    """The account's directory, as certbot makes it."""
    return host.layout.letsencrypt / "accounts" / "acme-v02.api.letsencrypt.org" / "directory"


def fails(host: Host, reason: str) -> str:
    """The script of a certbot that fails, and has this reason in its log."""
    return f"{{ echo '{reason}' >{host.layout.certbot_log}; echo 'no luck' >&2; exit 1; }}"


@pytest.mark.parametrize(
    ("log", "lost"),
    [
        (None, ""),
        (b"", ""),
        (b"urn:ietf:params:acme:error:unauthorized", ""),
        (b"Account 7 not found.", ""),
        (b"\xff urn:ietf:params:acme:error:accountDoesNotExist :: x\n", certbot.UNKNOWN_TO_CA),
        (b"certbot.errors.AccountNotFound: Account at /x does not exist\n", certbot.NO_FILES),
    ],
)
def test_the_log_says_whether_the_account_is_lost_and_to_ask_it_changes_nothing(
    host: Host, log: bytes | None, lost: str
) -> None:
    if log is not None:
        host.layout.certbot_log.write_bytes(log)
    assert certbot._lost_account(host) == lost
    assert [path.name for path in account(host).parent.iterdir()] == ["directory"]


def test_an_account_is_put_aside_with_what_it_holds_and_those_at_other_cas_stay(
    host: Host,
) -> None:
    other = host.layout.letsencrypt / "accounts" / "acme.example.org" / "directory"
    other.mkdir(parents=True)
    certbot.forget_account(host)
    [aside] = account(host).parent.iterdir()
    assert aside.name.startswith("directory.lost-")
    assert (aside / "key").exists()
    assert other.exists()


def test_an_account_that_has_no_files_needs_none_put_aside(host: Host) -> None:
    certbot.forget_account(host)
    before = list(account(host).parent.iterdir())
    certbot.forget_account(host)
    assert list(account(host).parent.iterdir()) == before


def test_an_account_that_the_ca_has_lost_is_put_aside_and_another_registered(host: Host) -> None:
    install(host, f"! test -e {account(host)} || {fails(host, 'urn:accountDoesNotExist')}")
    certbot.ask(host)
    assert asked(host) == ["renew", "certonly"]
    [aside] = account(host).parent.iterdir()
    assert aside.name.startswith("directory.lost-")


def test_an_account_that_is_gone_from_the_disk_is_replaced_by_the_one_there_or_another(
    host: Host,
) -> None:
    install(host, f"[ $1 != renew ] || {fails(host, 'certbot.errors.AccountNotFound')}")
    certbot.ask(host)
    assert asked(host) == ["renew", "certonly"]
    assert account(host).exists()


def test_an_account_that_is_gone_from_the_disk_and_another_that_the_ca_has_lost_are_replaced(
    host: Host,
) -> None:
    renew = f"[ $1 != renew ] || {fails(host, 'certbot.errors.AccountNotFound')}"
    order = f"! test -e {account(host)} || {fails(host, 'accountDoesNotExist')}"
    install(host, f"{renew}\n{order}")
    certbot.ask(host)
    assert asked(host) == ["renew", "certonly", "certonly"]
    assert not account(host).exists()


def test_a_ca_that_knows_none_of_its_new_accounts_is_told_after_the_third(host: Host) -> None:
    register = f"mkdir -p {account(host)}; touch {account(host)}/key"
    install(host, f"{register}; {fails(host, 'accountDoesNotExist')}")
    with pytest.raises(Failure, match="exit code 1: no luck"):
        certbot.ask(host)
    assert asked(host) == ["renew", "certonly", "certonly"]


def test_what_fails_for_another_reason_leaves_the_account(host: Host) -> None:
    install(host, fails(host, "no such challenge"))
    with pytest.raises(Failure, match="exit code 1: no luck"):
        certbot.ask(host)
    assert account(host).exists()
    assert asked(host) == ["renew"]
