"""The base notices a change of each file that it was started from."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.onhost.base import apply
from tests.support.onhost import Host, new_host


@pytest.fixture
def host() -> Iterator[Host]:
    with new_host() as host:
        yield host


@pytest.fixture
def base_files(host: Host) -> dict[str, Path]:
    """The files that the base runs from."""
    files = {
        "redis.conf": host.layout.base / "redis" / "redis.conf",
        "compose.yaml": host.layout.base_compose,
        "nginx.conf": host.layout.nginx_configuration,
        "users.acl": host.layout.redis_users,
    }
    for name, file in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    return files


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("redis.conf", {"compose"}),
        ("compose.yaml", {"compose"}),
        ("nginx.conf", {"nginx"}),
        ("users.acl", {"redis_users"}),
    ],
)
def test_the_base_notices_each_of_its_files(
    host: Host, base_files: dict[str, Path], name: str, changed: set[str]
) -> None:
    before = apply.digests(host)
    base_files[name].write_text("other")
    after = apply.digests(host)
    assert {key for key in before if before[key] != after[key]} == changed


def test_the_base_notices_a_file_that_came_or_went(host: Host, base_files: dict[str, Path]) -> None:
    before = apply.digests(host)
    base_files["nginx.conf"].rename(base_files["nginx.conf"].with_name("other.conf"))
    assert apply.digests(host)["nginx"] != before["nginx"]
