"""certbot's files of ours: apart from the host's, and with their links."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.onhost.certificates import certbot, lineage
from tests.support.onhost import DOMAIN, Host, new_host
from tests.support.onhost.certbot import chain, leave, renewal

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="is root's: needs root")
OTHER = "mail.example.org"


@pytest.fixture
def host() -> Iterator[Host]:
    """A host with a certificate, whose certbot has left it whole."""
    with new_host() as host:
        leave(host)
        host.program("systemctl", 'case "$*" in *LoadState*) echo loaded;; esac')
        yield host


def as_before(host: Host) -> Path:
    """Moves everything to where earlier versions had it, beside a certificate of the host's."""
    old = host.layout.host_letsencrypt
    whole = host.layout.letsencrypt.rename(old.with_name("whole"))
    old.rmdir()
    whole.rename(old)
    text = renewal_text(old)
    (old / "renewal" / f"{DOMAIN}.conf").write_text(
        f"{text}archive_dir = {old}/archive/{DOMAIN}\n"
        f"renew_hook = {host.layout.command} certificate-install\n"
    )
    (old / "renewal" / f"{OTHER}.conf").write_text("authenticator = standalone\n")
    (old / "accounts" / "ca").mkdir(parents=True)
    (old / "accounts" / "ca" / "key").write_text("key")
    return old


def renewal_text(root: Path) -> str:
    return (root / "renewal" / f"{DOMAIN}.conf").read_text()


def test_what_an_earlier_version_has_left_among_the_host_s_is_taken_over(host: Host) -> None:
    before = chain(host).read_bytes()
    old = as_before(host)
    assert lineage.foreign(host) == [old / "renewal" / f"{DOMAIN}.conf"]
    lineage.take_over(host)
    assert lineage.foreign(host) == []
    assert lineage.whole(host)
    assert certbot.matches(host)
    assert chain(host).read_bytes() == before
    new = host.layout.letsencrypt
    assert f"archive_dir = {new}/archive/{DOMAIN}\n" in renewal_text(new)
    assert (new / "accounts" / "ca" / "key").read_text() == "key"
    assert sorted(path.name for path in (old / "renewal").iterdir()) == [f"{OTHER}.conf"]
    assert not (old / "live" / DOMAIN).exists()
    assert (old / "accounts" / "ca" / "key").exists()  # the host's may use it


def test_a_take_over_that_was_killed_goes_on_and_one_that_is_done_does_nothing(host: Host) -> None:
    old = as_before(host)
    kept = shutil.copytree(old, old.with_name("kept"), symlinks=True)
    lineage.take_over(host)
    shutil.rmtree(kept / "live")
    (old / "renewal" / f"{DOMAIN}.conf").write_text(renewal_text(kept))  # as if killed before
    lineage.take_over(host)
    assert lineage.foreign(host) == []
    assert lineage.whole(host)
    before = chain(host).resolve()
    lineage.take_over(host)
    assert chain(host).resolve() == before


@pytest.mark.parametrize(("masked", "unmasked"), [(True, True), (False, False)])
def test_the_host_s_timer_runs_again_that_an_earlier_version_has_masked(
    host: Host, masked: bool, unmasked: bool
) -> None:
    state = "masked" if masked else "loaded"
    host.program("systemctl", f'case "$*" in *LoadState*) echo {state};; esac')
    as_before(host)
    lineage.take_over(host)
    assert ("systemctl unmask --quiet certbot.timer" in host.called()) == unmasked
    assert ("systemctl enable --now --quiet certbot.timer" in host.called()) == unmasked


def test_links_that_a_backup_has_lost_are_made_again(host: Host) -> None:
    before = chain(host).read_bytes()
    copy = shutil.copytree(host.layout.letsencrypt, host.layout.state / "copy")  # follows links
    shutil.rmtree(host.layout.letsencrypt)
    copy.rename(host.layout.letsencrypt)
    assert not lineage.whole(host)
    lineage.mend(host)
    assert lineage.whole(host)
    assert chain(host).read_bytes() == before
    assert chain(host).resolve().name == "fullchain2.pem"


@pytest.mark.parametrize("lost", ["archive", "renewal"])
def test_what_cannot_be_made_whole_is_put_aside(host: Host, lost: str) -> None:
    shutil.rmtree(host.layout.letsencrypt / lost)
    assert not lineage.whole(host)
    lineage.mend(host)
    assert lineage.whole(host)
    assert not lineage.directory(host).exists()
    assert not renewal(host).exists()
    [aside] = host.layout.letsencrypt.glob("aside-*")
    assert any(aside.iterdir())


def test_a_whole_one_is_left_as_it_is(host: Host) -> None:
    before = chain(host).resolve()
    lineage.mend(host)
    assert chain(host).resolve() == before
