from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest

from app import create_app
from app.config import Config
from tests.support.redis_server import RedisServer
from tests.support.visitor import PASSWORD, Visit, Visitor


@pytest.fixture
def visit(own_redis: RedisServer, redis: RedisServer) -> Iterator[Visit]:
    """Makes applications, and browsers that visit them."""
    with contextlib.ExitStack() as stack:

        def make(down: bool = False, **environ: str) -> Visitor:
            server = own_redis if down else redis
            (server.folder / "admin").write_text(PASSWORD + "\n")
            account = {"ADMIN_PASSWORD_FILE": str(server.folder / "admin")}
            config = Config.from_environment({**server.environ, **account, **environ})
            app = create_app(config)
            stack.callback(app.extensions["job_queue"].close)
            return Visitor(app.test_client())

        yield make
