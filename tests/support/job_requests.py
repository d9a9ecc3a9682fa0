"""Starting jobs through the API, and looking at them, for the tests of jobs."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient

from tests.support.processes import until
from tests.support.redis_server import RedisServer

WORKER = ("python", "-m", "steady_rq", "worker")


def began(client: FlaskClient, number: int, **more: int) -> str:
    """Start a count; return the job's address."""
    response = client.post("/background_count/", json={"number": number, **more})
    url: str = response.get_json()["url"]
    return url


def asked(client: FlaskClient, url: str) -> dict[str, Any]:
    report: dict[str, Any] = client.get(url).get_json()
    return report


def in_state(client: FlaskClient, url: str, state: str) -> dict[str, Any]:
    until(lambda: asked(client, url)["state"] == state, f"the job is {state}")
    return asked(client, url)


def states(client: FlaskClient, query: str = "") -> list[str]:
    return [job["state"] for job in client.get(f"/jobs?{query}").get_json()["jobs"]]


def set_field(server: RedisServer, url: str, field: str, value: str) -> None:
    with server.client() as redis:
        redis.hset(url.replace("/jobs/", "rq:job:"), field, value)


def let_time_pass(server: RedisServer) -> None:
    """Make a dead worker's job look abandoned, which takes 65 seconds otherwise."""
    with server.client() as redis:
        for entry in redis.zrange("rq:wip:default", 0, -1):
            assert isinstance(entry, bytes)
            redis.zadd("rq:wip:default", {entry: 1})
        redis.delete("rq:clean_registries:default")
