from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from rq_stand import SHOP, RedisServer, Stand, python_with

from steady_rq.known import VERSIONS


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    # Not pytest's directory: the path of a Unix socket may have 107 bytes only.
    with (
        tempfile.TemporaryDirectory(prefix="steady-rq-") as folder,
        contextlib.closing(RedisServer(Path(folder))) as server,
    ):
        yield server


@pytest.fixture(scope="session", params=VERSIONS, ids="rq-{}".format)
def python(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """A Python for each version of RQ that the package knows."""
    with python_with(request.param, tmp_path_factory.mktemp("venv")) as found:
        yield found


@pytest.fixture
def stand(python: Path, redis_server: RedisServer, tmp_path: Path) -> Iterator[Stand]:
    """The application of a stranger, with an empty Redis."""
    redis_server.client.flushall()
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "__init__.py").touch()
    (tmp_path / "shop" / "jobs.py").write_text(SHOP)
    stand = Stand(python, redis_server, tmp_path)
    yield stand
    stand.end()
