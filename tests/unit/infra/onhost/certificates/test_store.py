"""The certificates that nginx reads: whole at each moment, and none that nobody is served with."""

import os
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from infra.onhost import layout
from infra.onhost.certificates import store
from infra.onhost.services import openssl
from tests.support.onhost import DOMAIN, Host, new_host
from tests.support.operations.certificates import authority, make

KINDS = {"ecdsa": EllipticCurvePrivateKey, "rsa": RSAPrivateKey}
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to nginx: needs root")


@pytest.fixture
def host() -> Iterator[Host]:
    """A host without a certificate."""
    with new_host() as host:
        yield host


def fit(folder: Path) -> bool:
    """Whether certificate and key fit each other, as nginx would find when it starts."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(folder / "fullchain.pem", folder / "privkey.pem")
    except ssl.SSLError:
        return False
    return True


def versions(host: Host) -> list[str]:
    """The directories of versions."""
    return [
        path.name for path in host.layout.tls.iterdir() if path.is_dir() and not path.is_symlink()
    ]


def test_a_certificate_is_a_link_to_a_version_with_its_key(host: Host) -> None:
    chain = host.certificate()
    assert chain == host.layout.tls / DOMAIN / "fullchain.pem"
    link = host.layout.tls / DOMAIN
    assert link.readlink() == Path(f".{DOMAIN}.{openssl.read(chain).fingerprint[:12]}")  # relative
    assert fit(link)
    assert store.names(host) == [DOMAIN]


def test_nginx_alone_reads_it_besides_root(host: Host) -> None:
    host.certificate()
    folder = (host.layout.tls / DOMAIN).resolve().stat()
    assert (folder.st_mode & 0o777, folder.st_uid, folder.st_gid) == (0o750, 0, layout.NGINX_UID)
    for path in (store.chain(host, DOMAIN), store.key(host, DOMAIN)):
        found = path.stat()
        assert (found.st_mode & 0o777, found.st_uid, found.st_gid) == (0o640, 0, layout.NGINX_UID)


def test_what_is_remembered_of_it_is_told(host: Host) -> None:
    ca = authority("ca.example.org")
    host.layout.ca_bundle.parent.mkdir(parents=True)
    host.layout.ca_bundle.write_bytes(ca.pem)
    assert store.record(host, DOMAIN) == store.Record()
    host.certificate(source="files")
    assert store.record(host, DOMAIN) == store.Record("files", trusted=False)
    host.certificate(by=ca)
    assert store.record(host, DOMAIN) == store.Record("acme", trusted=True)


@pytest.mark.parametrize("text", ["", "{", "[]", '"x"', '{"of": "later"}'])
def test_what_cannot_be_read_is_as_nothing(host: Host, text: str) -> None:
    host.certificate()
    (host.layout.tls / DOMAIN / "about.json").write_text(text)
    assert store.record(host, DOMAIN) == store.Record()


def test_at_no_moment_do_certificate_and_key_not_fit(host: Host) -> None:
    host.certificate()
    end = threading.Event()

    def look() -> set[bool]:
        found = set()
        while not end.is_set():
            found.add(fit((host.layout.tls / DOMAIN).resolve()))  # as one who reads both at once
            found.update(store.chain(host, DOMAIN).exists() for _ in range(100))
        return found

    with ThreadPoolExecutor() as pool:
        reader = pool.submit(look)
        for _ in range(30):
            host.certificate()
        end.set()
    assert reader.result() == {True}


def test_a_version_that_somebody_changed_is_put_right(host: Host, tmp_path: Path) -> None:
    make(tmp_path / "a.pem", DOMAIN)
    content, key = (tmp_path / "a.pem").read_bytes(), (tmp_path / "a.pem.key").read_bytes()
    store.put(host, DOMAIN, content, key, "acme")
    store.chain(host, DOMAIN).write_text("of somebody")
    store.key(host, DOMAIN).write_text("of somebody")
    store.put(host, DOMAIN, content, key, "acme")
    assert store.chain(host, DOMAIN).read_bytes() == content
    assert fit(host.layout.tls / DOMAIN)
    assert len(versions(host)) == 1


def test_what_an_interrupted_run_left_is_no_name_and_no_hindrance(host: Host) -> None:
    (host.layout.tls / ".link.new").symlink_to(".nowhere")
    assert store.names(host) == []
    host.certificate()
    assert store.names(host) == [DOMAIN]


def test_names_that_nobody_wants_and_old_versions_go(host: Host) -> None:
    host.certificate("old.example.org")
    host.certificate()
    host.certificate()
    assert len(versions(host)) == 3
    store.tidy(host, [DOMAIN])
    assert store.names(host) == [DOMAIN]
    assert versions(host) == [(host.layout.tls / DOMAIN).readlink().name]
    assert fit(host.layout.tls / DOMAIN)
    assert host.layout.virtual_hosts.exists()


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_host_signs_itself_is_for_all_names_and_fits(tmp_path: Path, kind: str) -> None:
    names = [f"{'a' * 63}.example.org", "www.example.org", "192.0.2.1"]
    chain, key = store.sign(names, kind, tmp_path)
    made = openssl.read(tmp_path / "fullchain.pem")
    assert made.names == set(names)
    assert made.lifetime.days == 397  # as long as a browser takes one
    assert fit(tmp_path)
    assert chain == (tmp_path / "fullchain.pem").read_bytes()
    assert key == (tmp_path / "privkey.pem").read_bytes()
    assert isinstance(load_pem_private_key(key, None), KINDS[kind])
