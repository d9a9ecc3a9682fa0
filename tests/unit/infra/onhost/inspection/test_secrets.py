"""Secrets and keys: who may read them, and that none is missing."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.onhost import layout
from infra.onhost.command import replace
from infra.onhost.credentials import secrets as credentials
from infra.onhost.inspection import secrets
from infra.onhost.mending import disk
from tests.support.onhost import Host, new_host
from tests.support.operations.certificates import make

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to others: needs root")


@pytest.fixture
def host() -> Iterator[Host]:
    """A host with all its secrets and a certificate."""
    with new_host() as host:
        host.program("docker")
        credentials.ensure(host)
        host.certificate()
        yield host


def test_what_was_made_is_right(host: Host) -> None:
    assert list(secrets.differences(host)) == []


def test_other_rights_are_named_and_mended(host: Host) -> None:
    key = next(host.layout.tls.glob(".*/privkey.pem"))
    key.chmod(0o644)
    os.chown(host.layout.secrets / "secret_key", 1000, layout.APP_UID)
    host.layout.redis_users.chmod(0o666)
    assert [one.text.split(",")[0] for one in secrets.differences(host)] == [
        "has the mode 440 and belongs to 1000:10001",
        "has the mode 666 and belongs to 0:10003",
        "has the mode 644 and belongs to 0:10002",
    ]
    disk.rights(host)
    assert list(secrets.differences(host)) == []


def test_a_secret_that_is_empty_or_missing_is_named_without_its_value(host: Host) -> None:
    (host.layout.secrets / "secret_key").write_text("")
    (host.layout.secrets / "admin_password").unlink()
    found = {one.subject.rpartition("/")[2]: one.text for one in secrets.differences(host)}
    assert found == {"secret_key": "is empty", "admin_password": "is missing"}


def test_a_private_key_that_is_gone_or_of_another_certificate_is_named(
    host: Host, tmp_path: Path
) -> None:
    key = next(host.layout.tls.glob(".*/privkey.pem"))
    kept = key.read_bytes()
    key.unlink()
    assert [one.text for one in secrets.differences(host)] == ["is missing"]
    make(tmp_path / "other", "other.test")
    put(key, (tmp_path / "other.key").read_bytes())
    assert [one.text for one in secrets.differences(host)] == [
        "is not the key of the certificate beside it"
    ]
    put(key, kept)
    assert list(secrets.differences(host)) == []


def put(key: Path, content: bytes) -> None:
    replace(key, content, 0o640, layout.NGINX_UID)


def test_users_of_other_passwords_are_named(host: Host) -> None:
    host.layout.redis_users.write_text("user default on nopass")
    assert [one.text for one in secrets.differences(host)] == [
        "does not hold the passwords of today"
    ]
