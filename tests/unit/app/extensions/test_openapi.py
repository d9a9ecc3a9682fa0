from __future__ import annotations

import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.job_requests import WORKER
from tests.support.processes import Start, until
from tests.support.redis_server import RedisServer
from tests.support.uwsgi import UWSGI, ask

# 5.0 is a whole number to JSON Schema, and refused here as every other number that is not written
# as one; so this check is the only one left out.
SCHEMATHESIS = (
    "schemathesis",
    "run",
    "--max-examples",
    "10",
    "--seed",
    "1",
    "--exclude-checks",
    "positive_data_acceptance",
    "--request-timeout",
    "5",
)


def test_every_address_of_the_api_is_described(client: FlaskClient, app: Flask) -> None:
    described = client.get("/openapi.json").get_json()
    assert described["openapi"].startswith("3.1.")
    paths = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule) for rule in app.url_map.iter_rules()}
    api = {
        path for path in paths if re.match("/(api|date|background_count|jobs|healthz|ready)", path)
    }
    assert set(described["paths"]) == api


def test_every_answer_has_a_model_and_every_problem_the_same_one(client: FlaskClient) -> None:
    paths = client.get("/openapi.json").get_json()["paths"]
    operations = [operation for path in paths.values() for operation in path.values()]
    assert all(operation["summary"] for operation in operations)
    for status, answer in [pair for each in operations for pair in each["responses"].items()]:
        ((kind, content),) = answer["content"].items()
        is_problem = content["schema"]["$ref"] == "#/components/schemas/Problem"
        assert is_problem == (status >= "400") == (kind == "application/problem+json")


def test_the_page_shows_all_of_it_and_has_nothing_that_a_strict_policy_forbids(
    client: FlaskClient,
) -> None:
    page, described = client.get("/docs").text, client.get("/openapi.json").get_json()
    for path in described["paths"]:
        assert f" {path}</code>" in page
    targets = set(re.findall(r'href="#([^"]+)"', page)) - {"main"}
    assert {"JobReport", "Problem"} <= targets <= set(described["components"]["schemas"])
    assert targets <= set(re.findall(r'id="([^"]+)"', page))
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|https?://", page)
    for address in re.findall(r'(?:href|src)="(/[^"#]*)"', page):
        with client.get(address) as response:
            assert response.status_code in {200, 303}


@pytest.fixture
def address(redis: RedisServer, start: Start) -> str:
    """A web server with a worker, by plain HTTP."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{probe.getsockname()[1]}"
    path = str(redis.folder / "described.sock")
    environ = {**redis.environ, "WEB_SOCKET": path, "JOB_TIMEOUT": "3700"}
    Path(path).unlink(missing_ok=True)
    start(environ, *UWSGI, "--http-socket", place)
    start(environ, *WORKER)
    until(lambda: Path(path).exists() and ask(path, "/readyz")[0] == 200, "it is ready")
    return f"http://{place}"


def test_nothing_that_can_be_sent_brings_an_error_of_ours_or_an_answer_undescribed(
    address: str, tmp_path: Path
) -> None:
    program = Path(sys.executable).with_name(SCHEMATHESIS[0])
    command = [str(program), *SCHEMATHESIS[1:], f"{address}/openapi.json"]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    assert "Tested: 9" in output
    found = re.search(r"(\d+) generated", output)
    assert found
    assert int(found[1]) > 200
    print(f"schemathesis: {found[1]} test cases")
