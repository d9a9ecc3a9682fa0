"""A job is its starter's: others may read how it is, and change nothing."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.config import Config
from tests.support.problems import reason
from tests.support.redis_server import RedisServer


@pytest.fixture
def app(redis: RedisServer, tmp_path: Path) -> Iterator[Flask]:
    password = tmp_path / "admin_password"
    password.write_text("a long password")
    environ = {**redis.environ, "ADMIN_PASSWORD_FILE": str(password)}
    app = create_app(Config.from_environment(environ))
    app.config["WTF_CSRF_ENABLED"] = False
    yield app
    app.extensions["job_queue"].close()


@pytest.fixture
def stranger(app: Flask) -> FlaskClient:
    return app.test_client()


def test_nobody_else_ends_a_job_or_runs_it_again_and_everybody_may_read_it(
    client: FlaskClient, stranger: FlaskClient
) -> None:
    url = client.post("/background_count/", json={"number": 9}).get_json()["url"]
    stranger.post("/background_count/", json={"number": 9})  # has a token, and not this one
    for action in ("cancel", "retry"):
        refused = stranger.post(f"{url}/{action}")
        assert "started this job" in reason(refused, 403, HTTPStatus(403).phrase)
    assert stranger.get(url).get_json()["state"] == "queued"
    assert stranger.get(url).get_json()["can_change"] is False
    assert client.get(url).get_json()["can_change"] is True
    shown = {job["id"]: job["can_change"] for job in stranger.get("/jobs").get_json()["jobs"]}
    assert sorted(shown.values()) == [False, True]
    assert client.post(f"{url}/cancel").get_json()["state"] == "cancelled"
    assert stranger.post(f"{url}/retry").status_code == 403
    again = client.post(f"{url}/retry")
    assert (again.status_code, again.get_json()["can_change"]) == (202, True)
    assert stranger.post(f"{url}/cancel").status_code == 403


def test_the_token_gives_the_right_to_a_program_without_cookies(
    client: FlaskClient, app: Flask
) -> None:
    started = client.post("/background_count/", json={"number": 9}).get_json()
    program = app.test_client(use_cookies=False)
    cancel = f"{started['url']}/cancel"
    assert program.post(cancel, headers={"X-Job-Token": "A" * 43}).status_code == 403
    assert program.post(cancel, headers={"X-Job-Token": "none"}).status_code == 403
    assert program.post(cancel, headers={"X-Job-Token": started["token"]}).status_code == 200
    # Each start without a token makes one that is good for that job alone.
    first, second = (program.post("/background_count/", json={"number": 9}) for _ in "12")
    token = first.get_json()["token"]
    other = f"{second.get_json()['url']}/cancel"
    assert program.post(other, headers={"X-Job-Token": token}).status_code == 403


def test_whoever_is_signed_in_may_end_every_job(client: FlaskClient, stranger: FlaskClient) -> None:
    url = client.post("/background_count/", json={"number": 9}).get_json()["url"]
    stranger.post("/sign-in", data={"name": "admin", "password": "a long password"})
    assert stranger.get(url).get_json()["can_change"] is True
    assert stranger.post(f"{url}/cancel").status_code == 200


def test_the_cookie_with_the_token_is_out_of_reach_for_scripts_and_other_sites(
    client: FlaskClient,
) -> None:
    cookie = client.post("/background_count/", json={"number": 9}).headers["Set-Cookie"]
    assert cookie.startswith("__Host-jobs=")
    for part in ("Secure", "HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=604800"):
        assert part in cookie
    assert "Set-Cookie" not in client.get("/jobs").headers


def test_redis_keeps_no_token(client: FlaskClient, redis: RedisServer) -> None:
    started = client.post("/background_count/", json={"number": 9}).get_json()
    with redis.client() as server:
        stored = server.hgetall(f"rq:job:{started['job_id']}")
    assert started["token"] not in str(stored)
