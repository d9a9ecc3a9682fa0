from __future__ import annotations

import contextlib
import re
from pathlib import Path

from app import create_app
from app.config import Config
from images.app.static_files import build
from tests.support.processes import ROOT
from tests.support.redis_server import RedisServer


def test_in_production_pages_name_the_finished_files_which_may_be_kept_for_a_year(
    redis: RedisServer, tmp_path: Path
) -> None:
    build(ROOT / "app/static", tmp_path)
    environ = {**redis.environ, "STATIC_FOLDER": str(tmp_path)}
    app = create_app(Config.from_environment(environ))
    client = app.test_client()
    page = client.get("/").text
    found = re.findall(r'"(/static/[^"]+)"', page)
    assert found
    for address in found:
        assert re.fullmatch(r"/static/\w+\.[0-9a-f]{8}\.\w+", address)
        with contextlib.closing(client.get(address)) as response:
            assert response.status_code == 200
            cached = response.cache_control
            assert (cached.public, cached.immutable, cached.max_age) == (True, True, 31_536_000)
    with contextlib.closing(client.get("/static/page.css")) as response:
        assert response.status_code == 404


def test_in_development_files_keep_their_names_and_are_asked_for_each_time(
    redis: RedisServer,
) -> None:
    client = create_app(Config.from_environment(redis.environ)).test_client()
    assert '"/static/page.css"' in client.get("/").text
    with contextlib.closing(client.get("/static/page.css")) as response:
        assert response.cache_control.no_cache
        assert response.headers["ETag"]
