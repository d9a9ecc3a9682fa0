from __future__ import annotations

import json
from typing import Any

from tests.support.job_requests import WORKER
from tests.support.processes import Start, ended, until
from tests.support.redis_server import PASSWORD, RedisServer
from tests.support.uwsgi import UWSGI, ask, serves


def lines(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines() if not line.startswith("[")]


def test_all_lines_are_json_and_the_id_of_a_request_leads_to_its_jobs_lines(
    redis: RedisServer, start: Start
) -> None:
    path = str(redis.folder / "lines.sock")
    web = start({**redis.environ, "WEB_SOCKET": path}, *UWSGI)
    worker = start(redis.environ, *WORKER)
    until(lambda: serves({"WEB_SOCKET": path}), "uWSGI serves")
    headers = {"X-Request-ID": "of-the-test", "Content-Type": "application/json"}
    body = b'{"number": 7, "fail_at": 1}'
    status, answer = ask(path, "/background_count/", "POST", headers, body)
    assert status == 202
    job = json.loads(answer)
    until(lambda: json.loads(ask(path, job["url"])[1])["state"] == "failed", "the job has failed")
    ask(path, "/nowhere?token=hidden", headers={"X-Request-ID": "not-found"})
    ask(path, "/background_count/", "POST", {**headers, "X-Request-ID": "bad-body"}, b'"hidden"')
    for process in (web, worker):
        process.terminate()
    outputs = [ended(process)[1] for process in (web, worker)]
    of_web, of_worker = map(lines, outputs)

    assert {line["process"] for line in of_web} == {"web"}
    assert {line["process"] for line in of_worker} == {"worker"}
    assert "uwsgi" in {line["logger"] for line in of_web}
    of_job = [line for line in of_worker if line.get("request_id") == "of-the-test"]
    assert {line["job_id"] for line in of_job} == {job["id"]}
    assert any("The job was set to fail at 1." in line["message"] for line in of_job)
    refused = {line.get("request_id"): line["message"] for line in of_web}
    assert refused["not-found"] == "404 Not Found"
    assert refused["bad-body"] == "400 Bad Request"
    secrets = ("hidden", PASSWORD, "a key of the tests", '"arguments"', '"kwargs"')
    assert not [secret for secret in secrets if secret in "".join(outputs)]
