"""The secrets on the host: made once, for root and the application alone, and never told."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra import secrets as given
from infra.checkout import CHECKOUT
from infra.onhost import layout
from infra.onhost.credentials import secrets
from infra.onhost.layout import LAYOUT
from infra.settings import load
from tests.support.onhost import Host, new_host

GOOD = {"domain": "app.example.org", "email": "you@example.org"}
NAMES = ["admin_password", "redis_password", "secret_key"]

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to root: needs root")


@pytest.fixture
def host() -> Iterator[Host]:
    with new_host() as host:
        yield host


@pytest.fixture
def folder(host: Host) -> Path:
    """The directory of the secrets."""
    return host.layout.secrets


def with_operator_s(host: Host, name: str) -> Host:
    """The same host, for which the operator gives this secret."""
    return host.with_settings(secrets={name: str(CHECKOUT / "config.py")})


def test_a_fresh_host_misses_what_is_to_be_made(host: Host) -> None:
    host.layout.redis_users.unlink()
    assert secrets.state(host) == {"missing": NAMES, "redis_users": False}
    other = with_operator_s(host, "api_key")
    assert secrets.state(other)["missing"] == sorted(["api_key", *NAMES])


def test_what_is_missing_is_made_for_root_and_the_application(host: Host, folder: Path) -> None:
    secrets.ensure(host)
    assert secrets.state(host) == {"missing": [], "redis_users": True}
    assert sorted(path.name for path in folder.iterdir()) == NAMES
    for path in folder.iterdir():
        found = path.stat()
        assert (found.st_mode & 0o7777, found.st_uid) == (0o440, 0)
        assert found.st_gid == layout.APP_UID
        assert len(path.read_bytes()) == 43  # 32 random bytes
    users = host.layout.redis_users.stat()
    assert (users.st_mode & 0o7777, users.st_uid, users.st_gid) == (0o440, 0, layout.REDIS_UID)


def test_secrets_differ_from_each_other_and_from_host_to_host(host: Host, folder: Path) -> None:
    made = []
    for _ in range(3):
        secrets.ensure(host)
        made += [path.read_bytes() for path in folder.iterdir()]
        for path in folder.iterdir():
            path.unlink()
    assert len(set(made)) == 9


def test_a_secret_that_is_there_is_never_made_again(host: Host, folder: Path) -> None:
    secrets.ensure(host)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    (folder / "secret_key").write_bytes(b"the operator's")
    secrets.ensure(host)
    after = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert after == before | {"secret_key": b"the operator's"}


def test_the_operator_s_secret_is_not_made_in_their_place(host: Host, folder: Path) -> None:
    other = with_operator_s(host, "secret_key")
    secrets.ensure(other)
    assert not (folder / "secret_key").exists()
    assert secrets.state(other)["missing"] == ["secret_key"]


def test_redis_users_follow_the_password_and_do_not_hold_it(host: Host, folder: Path) -> None:
    secrets.ensure(host)
    first = host.layout.redis_users.read_bytes()
    assert (folder / "redis_password").read_bytes() not in first
    (folder / "redis_password").write_bytes(b"another")
    assert secrets.state(host)["redis_users"] is False
    secrets.ensure(host)
    assert host.layout.redis_users.read_bytes() != first
    assert secrets.state(host)["redis_users"] is True


def test_no_value_is_told(host: Host, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    secrets.ensure(host)
    told = json.dumps([secrets.state(host), secrets.version(host)]) + "".join(capfd.readouterr())
    assert not [path.name for path in folder.iterdir() if path.read_text() in told]


def test_the_version_changes_with_each_secret(host: Host, folder: Path) -> None:
    secrets.ensure(host)
    versions = [secrets.version(host)]
    for name in NAMES:
        (folder / name).write_bytes(b"another")
        versions.append(secrets.version(host))
    assert len(set(versions)) == 4
    assert secrets.version(host) == versions[-1]
    assert all(len(version) == 12 for version in versions)


def test_the_version_does_not_change_with_what_is_no_secret_of_the_settings(
    host: Host, folder: Path
) -> None:
    secrets.ensure(host)
    before = secrets.version(host)
    (folder / "forgotten").write_bytes(b"x")
    assert secrets.version(host) == before


def test_the_operator_s_files_lose_their_last_line_break_alone(tmp_path: Path) -> None:
    path = tmp_path / "api key"
    path.write_bytes(b" first \r\nsecond \r\n")
    [file] = given.given(load(GOOD | {"secrets": {"api_key": str(path)}}, "one"))
    assert (file.path, file.mode, file.user) == (f"{LAYOUT.secrets}/api_key", "440", 0)
    assert file.group == layout.APP_UID
    assert file.content == b" first \r\nsecond "
