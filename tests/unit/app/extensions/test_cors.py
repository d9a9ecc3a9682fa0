from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import create_app
from app.config import Config
from tests.support.redis_server import RedisServer

FRIEND, STRANGER = "https://friend.example", "https://stranger.example"
MakeClient = Callable[..., FlaskClient]


@pytest.fixture
def make_client(redis: RedisServer) -> Iterator[MakeClient]:
    apps: list[Flask] = []

    def make(**environ: str) -> FlaskClient:
        apps.append(create_app(Config.from_environment({**redis.environ, **environ})))
        return apps[-1].test_client()

    yield make
    for app in apps:
        app.extensions["job_queue"].close()


def preflight(client: FlaskClient, origin: str, path: str = "/background_count/") -> TestResponse:
    headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    return client.options(path, headers=headers)


def allows(response: TestResponse) -> dict[str, str]:
    begins = "Access-Control-Allow-"
    return {n.removeprefix(begins): v for n, v in response.headers if n.startswith(begins)}


def test_no_host_is_allowed_unless_the_settings_name_it(client: FlaskClient) -> None:
    response = client.get("/date/", headers={"Origin": FRIEND})
    assert allows(response) == allows(preflight(client, FRIEND)) == {}
    assert response.headers.get("Vary") is None


def test_the_hosts_methods_and_headers_of_the_settings_are_allowed(
    make_client: MakeClient,
) -> None:
    client = make_client(
        CORS_ORIGINS=f"{FRIEND}, https://other.example:8443",
        CORS_METHODS="GET,POST,DELETE",
        CORS_HEADERS="Content-Type X-Mine",
    )
    assert allows(preflight(client, FRIEND)) == {
        "Origin": FRIEND,
        "Methods": "GET, POST, DELETE",
        "Headers": "Content-Type, X-Mine",
    }
    response = client.post("/background_count/", json={"number": 1}, headers={"Origin": FRIEND})
    assert (response.status_code, allows(response)) == (202, {"Origin": FRIEND})
    assert "Location" in response.headers["Access-Control-Expose-Headers"]
    assert "Origin" in response.headers["Vary"]


def test_an_error_can_be_read_by_the_hosts_allowed_too(make_client: MakeClient) -> None:
    response = make_client(CORS_ORIGINS=FRIEND).get("/nowhere", headers={"Origin": FRIEND})
    assert (response.status_code, allows(response)) == (404, {"Origin": FRIEND})


@pytest.mark.parametrize(
    "origin",
    [STRANGER, "null", f"{FRIEND}.stranger.example", "http://friend.example", FRIEND + ":1"],
)
def test_a_host_that_is_not_named_exactly_is_not_allowed(
    make_client: MakeClient, origin: str
) -> None:
    client = make_client(CORS_ORIGINS=FRIEND)
    assert allows(preflight(client, origin)) == {}
    assert allows(client.get("/date/", headers={"Origin": origin})) == {}


def test_a_star_allows_every_host_and_never_with_cookies(make_client: MakeClient) -> None:
    client = make_client(CORS_ORIGINS="*")
    assert allows(client.get("/date/", headers={"Origin": STRANGER})) == {"Origin": "*"}
    for path in ("/sign-in", "/dashboard/"):
        assert allows(client.get(path, headers={"Origin": STRANGER})) == {}


@pytest.mark.parametrize("action", ["cancel", "retry"])
def test_a_form_of_another_hosts_page_drives_no_job(client: FlaskClient, action: str) -> None:
    form = {"headers": {"Origin": STRANGER}, "data": {"number": "5"}}
    assert client.post(f"/jobs/{uuid4()}/{action}", **form).status_code == 403
    assert client.post("/background_count/", **form).status_code == 403
    assert (
        client.post("/background_count/", json={"number": 5}, headers=form["headers"]).status_code
        == 403
    )
    own = {"Origin": "http://localhost"}
    assert client.post(f"/jobs/{uuid4()}/{action}", headers=own).status_code == 404


def test_a_form_starts_no_job_since_the_api_takes_json_only(client: FlaskClient) -> None:
    for content_type in ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain"):
        response = client.post(
            "/background_count/", data=b'{"number": 5}', content_type=content_type
        )
        assert response.status_code == 415


def test_what_is_the_same_for_all_reads_and_sets_no_cookie(client: FlaskClient) -> None:
    for response in (client.get("/date/"), client.get("/"), client.get("/api?value=2")):
        assert "Set-Cookie" not in response.headers
        assert "Cookie" not in response.headers.get("Vary", "")
