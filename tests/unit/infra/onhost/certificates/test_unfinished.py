"""What certbot left half-written does not spoil its next run."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.onhost.certificates import unfinished
from tests.support.onhost import DOMAIN, Host, new_host

PEM = "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n"


@pytest.fixture
def host() -> Iterator[Host]:
    """A host with a lineage of one version, as certbot leaves it."""
    with new_host() as host:
        for folder in ("renewal", f"live/{DOMAIN}", f"archive/{DOMAIN}"):
            (host.layout.letsencrypt / folder).mkdir(parents=True)
        conf(host).write_text("version = 5.8.0\n[renewalparams]\nserver = x\n")
        version(host, 1)
        for kind in unfinished.KINDS:
            link = host.layout.letsencrypt / "live" / DOMAIN / f"{kind}.pem"
            link.symlink_to(Path("..", "..", "archive", DOMAIN, f"{kind}1.pem"))
        yield host


def conf(host: Host) -> Path:
    return host.layout.letsencrypt / "renewal" / f"{DOMAIN}.conf"


def version(host: Host, number: int, **contents: str) -> None:
    """The four files of a version; what is not said is whole."""
    for kind in unfinished.KINDS:
        content = contents.get(kind, PEM)
        (host.layout.letsencrypt / "archive" / DOMAIN / f"{kind}{number}.pem").write_text(content)


def tree(host: Host) -> set[str]:
    root = host.layout.letsencrypt
    return {str(path.relative_to(root)) for path in root.rglob("*")}


def test_a_whole_lineage_is_left_alone_a_newer_version_too(host: Host) -> None:
    version(host, 2)
    (host.layout.letsencrypt / "renewal" / "mail.example.org.conf.new").touch()  # of others
    before = tree(host)
    unfinished.clear(host)
    assert tree(host) == before


@pytest.mark.parametrize(
    "contents",
    [{"fullchain": ""}, {"chain": PEM[:40]}, dict.fromkeys(unfinished.KINDS, "")],
)
def test_the_half_of_a_renewal_goes_whole(host: Host, contents: dict[str, str]) -> None:
    before = tree(host)
    version(host, 2, **contents)
    (host.layout.letsencrypt / "renewal" / f"{DOMAIN}.conf.new").write_text("vers")
    unfinished.clear(host)
    assert tree(host) == before


def test_a_renewal_of_which_a_file_is_missing_goes_whole(host: Host) -> None:
    before = tree(host)
    version(host, 2)
    (host.layout.letsencrypt / "archive" / DOMAIN / "fullchain2.pem").unlink()
    unfinished.clear(host)
    assert tree(host) == before


@pytest.mark.parametrize("content", ["", "version = 5.8.0\narchive_d"])
def test_the_half_of_a_first_certificate_is_put_aside(host: Host, content: str) -> None:
    conf(host).write_text(content)
    unfinished.clear(host)
    for folder in ("renewal", "live", "archive"):
        [name] = [path.name for path in (host.layout.letsencrypt / folder).iterdir()]
        assert name.startswith(f"{DOMAIN}.")
        assert ".unfinished-" in name
    unfinished.clear(host)


def test_before_the_first_certificate_there_is_nothing_to_clear() -> None:
    with new_host() as host:
        unfinished.clear(host)
