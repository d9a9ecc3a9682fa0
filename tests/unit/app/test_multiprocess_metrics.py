from __future__ import annotations

from pathlib import Path

from tests.support.metrics import figure
from tests.support.processes import Start, children, kill_family, until
from tests.support.redis_server import RedisServer
from tests.support.uwsgi import UWSGI, ask, serves


def test_all_processes_count_together_and_a_renewed_one_goes_on(
    redis: RedisServer, start: Start
) -> None:
    path, folder = str(redis.folder / "many.sock"), redis.folder / "metrics"
    more = {"WEB_SOCKET": path, "WEB_PROCESSES": "2", "PROMETHEUS_MULTIPROC_DIR": str(folder)}
    web = start({**redis.environ, **more}, *UWSGI)
    until(lambda: serves({"WEB_SOCKET": path}), "uWSGI serves")
    asked = sum(ask(path, "/date/")[0] == 200 for _ in range(40))
    for child in children(web.pid):
        kill_family(child)
    until(lambda: len(children(web.pid)) == 2, "both are renewed")
    asked += sum(ask(path, f"/nowhere/{number}")[0] == 404 for number in range(40))
    text = ask(path, "/metrics")[1].decode()
    seen = {"route": "/date/", "method": "GET", "status": "200"}
    assert figure(text, "slipway_requests_total", **seen) == 40
    assert figure(text, "slipway_requests_total", route="unmatched", status="404") == 40
    assert figure(text, "slipway_request_seconds_count", route="/date/") == 40
    assert asked == 80
    assert len(list(folder.glob("counter_*.db"))) <= 3

    kill_family(web.pid)
    web.wait()
    Path(path).unlink()
    start({**redis.environ, **more}, *UWSGI)
    until(lambda: serves({"WEB_SOCKET": path}), "uWSGI serves again")
    assert figure(ask(path, "/metrics")[1].decode(), "slipway_requests_total", **seen) == 0
