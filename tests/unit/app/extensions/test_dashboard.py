from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.config import Config
from app.jobs.queue import JobQueue
from tests.support.processes import Start, until
from tests.support.redis_server import RedisServer

OURS = {"X-Requested-With": "XMLHttpRequest"}
WORKER = ("python", "-m", "steady_rq", "worker")


@pytest.fixture
def app(redis: RedisServer) -> Iterator[Flask]:
    password = redis.folder / "admin_password"
    password.write_text("a password of the tests")
    environ = {"ADMIN_PASSWORD_FILE": str(password), "INSECURE_COOKIES": "1"}
    app = create_app(Config.from_environment({**redis.environ, **environ}))
    yield app
    app.extensions["job_queue"].close()


@pytest.fixture
def inside(app: Flask) -> FlaskClient:
    """Someone signed in."""
    client = app.test_client()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/sign-in").text)
    assert token
    form = {"csrf_token": token[1], "name": "admin", "password": "a password of the tests"}
    assert client.post("/sign-in", data=form).status_code == 303
    return client


@pytest.mark.parametrize(
    ("path", "accept", "status"),
    [
        ("/dashboard/", "text/html", 303),
        ("/dashboard/0/data/queues.json", "application/json", 401),
        ("/dashboard/static/css/main.css", "text/css,*/*", 303),
    ],
)
def test_strangers_see_nothing_of_it(
    client: FlaskClient, path: str, accept: str, status: int
) -> None:
    assert client.get(path, headers={"Accept": accept}).status_code == status


def test_strangers_change_nothing_through_it(client: FlaskClient, queue: JobQueue) -> None:
    job_id = queue.add("app.counting.count", 1)
    assert client.post(f"/dashboard/job/{job_id}/delete", headers=OURS).status_code == 401
    assert queue.report(job_id)


def test_its_scripts_run_by_a_nonce_that_is_new_each_time(inside: FlaskClient) -> None:
    nonces = set()
    for _ in range(2):
        page = inside.get("/dashboard/")
        policy = page.headers["Content-Security-Policy"]
        found = re.search("'nonce-([^']+)'", policy)
        assert found
        assert page.text.count(f'nonce="{found[1]}"') == 1
        inline = re.findall(r"<script(?![^>]*(?:\ssrc=|text/template))[^>]*>", page.text)
        assert inline == [f'<script type="text/javascript" nonce="{found[1]}">']
        assert "script-src 'self' 'nonce-" in policy
        assert "'unsafe-inline'" not in policy.partition("style-src")[0]
        nonces.add(found[1])
    assert len(nonces) == 2


def test_its_pages_offer_signing_out_and_the_way_back(inside: FlaskClient) -> None:
    page = inside.get("/dashboard/").text
    assert 'action="/sign-out"' in page
    assert 'name="csrf_token"' in page
    assert 'href="/"' in page


def test_jobs_stored_as_json_are_shown_while_they_run_and_after(
    inside: FlaskClient, queue: JobQueue, redis: RedisServer, start: Start
) -> None:
    job_id = queue.add("app.counting.count", 2)
    start(redis.environ, *WORKER)

    def current() -> object:
        workers = inside.get("/dashboard/0/data/workers.json").get_json()["workers"]
        return workers and workers[0]["current_job"]

    until(lambda: "count(2" in str(current()), "the worker is seen with its job")

    def shown() -> dict[str, object]:
        job: dict[str, object] = inside.get(f"/dashboard/0/data/job/{job_id}.json").get_json()
        return job

    until(lambda: shown()["status"] == "finished", "the job is seen finished")
    assert shown()["result"] == 2
    assert inside.get(f"/dashboard/0/view/job/{job_id}").status_code == 200
    queues = inside.get("/dashboard/0/data/queues.json").get_json()["queues"]
    assert [(q["name"], q["finished_job_registry_count"]) for q in queues] == [("default", 1)]


def test_only_the_dashboards_own_scripts_change_something(
    inside: FlaskClient, queue: JobQueue
) -> None:
    job_id = queue.add("app.counting.count", 1)
    address = f"/dashboard/job/{job_id}/delete"
    assert inside.post(address).status_code == 403
    assert inside.post(address, headers={**OURS, "Origin": "https://x.example"}).status_code == 403
    assert inside.get("/dashboard/requeue/default").status_code == 405
    assert queue.report(job_id)
    assert inside.post(address, headers=OURS).get_json() == {"status": "OK"}
    assert queue.report(job_id) is None


@pytest.mark.parametrize(
    "path", ["/dashboard/0/view/job/gone", "/dashboard/0/data/job/gone.json", "/dashboard/7/view"]
)
def test_what_is_not_there_is_not_found(inside: FlaskClient, path: str) -> None:
    assert inside.get(path).status_code == 404
