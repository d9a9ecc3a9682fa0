"""Failed jobs, by the real RQ on a real Redis, of both serializers; and where there is no RQ."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rq import Queue, SimpleWorker
from rq.serializers import DefaultSerializer, JSONSerializer

from infra.checkout import CHECKOUT
from tests.support.redis_server import RedisServer

PROGRAM = CHECKOUT / "infra" / "onhost" / "verbs" / "rq_jobs.py"
# `operator.truediv` is there for every Python: a job that fails, and one that ends well.
QUEUES: dict[str, Any] = {"pickled": DefaultSerializer, "json": JSONSerializer}


def asked(environ: dict[str, str], *words: str, options: tuple[str, ...] = ()) -> dict[str, Any]:
    """What the program prints, run as on a host: from its standard input."""
    done = subprocess.run(
        [sys.executable, *options, "-", *words],
        input=PROGRAM.read_bytes(),
        env={"PATH": os.environ["PATH"], **environ},
        capture_output=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture
def environ(redis: RedisServer) -> Iterator[dict[str, str]]:
    """What the application's containers are told, with two failed jobs, and two that ended well."""
    with redis.client() as client:
        client.flushall()
        for name, serializer in QUEUES.items():
            queue = Queue(name, connection=client, serializer=serializer)
            for divisor in (0, 1):
                queue.enqueue("operator.truediv", 1, divisor, job_id=f"{name}-{divisor}")
            SimpleWorker([queue], connection=client, serializer=serializer).work(burst=True)
        Queue("json", connection=client, serializer=JSONSerializer).enqueue("operator.neg", 1)
        yield redis.environ


def test_the_failed_jobs_are_listed_with_their_exceptions(environ: dict[str, str]) -> None:
    found = asked(environ, "list")
    assert found["counts"] == {
        "queued": 1, "started": 0, "scheduled": 0, "deferred": 0, "failed": 2,
    }  # fmt: skip
    assert found["queues"] == ["json", "pickled"]
    assert {(job["id"], job["queue"]) for job in found["failed"]} == {
        ("json-0", "json"),
        ("pickled-0", "pickled"),
    }
    for job in found["failed"]:
        assert job["error"] == "ZeroDivisionError: division by zero"
        assert job["description"] == "operator.truediv(1, 0)"
        assert job["state"] == "failed"
        assert job["created"] <= job["ended"]


def test_one_is_shown_with_all_of_its_exception(environ: dict[str, str]) -> None:
    found = asked(environ, "show", "json-0")
    assert found["exception"].startswith("Traceback (most recent call last):")
    assert asked(environ, "show", "pickled-1")["state"] == "finished"
    assert asked(environ, "show", "none") == {"failure": "there is no job none"}


@pytest.mark.parametrize("ids", [["json-0", "pickled-0"], []])
def test_they_run_again(environ: dict[str, str], ids: list[str], redis: RedisServer) -> None:
    found = asked(environ, "retry", *ids)
    assert sorted(found["done"]) == ["json-0", "pickled-0"]
    assert found["refused"] == []
    assert asked(environ, "list")["counts"]["failed"] == 0
    with redis.client() as client:
        for name, serializer in QUEUES.items():
            queue = Queue(name, connection=client, serializer=serializer)
            SimpleWorker([queue], connection=client, serializer=serializer).work(burst=True)
    assert asked(environ, "list")["counts"]["failed"] == 2  # they did run, and fail again


def test_they_are_forgotten(environ: dict[str, str], redis: RedisServer) -> None:
    assert asked(environ, "clear", "json-0")["done"] == ["json-0"]
    with redis.client() as client:
        assert not client.exists("rq:job:json-0")
        client.delete("rq:job:pickled-0")  # its time was over
    assert asked(environ, "clear")["done"] == ["pickled-0"]
    assert asked(environ, "list")["counts"]["failed"] == 0


def test_a_job_that_has_not_failed_is_left_alone(environ: dict[str, str]) -> None:
    found = asked(environ, "clear", "json-1", "json-0")
    assert found["done"] == ["json-0"]
    reason = "there is no failed job of this id"
    assert found["refused"] == [{"id": "json-1", "reason": reason}]
    assert asked(environ, "show", "json-1")["state"] == "finished"


def test_no_argument_of_a_job_is_unpickled(
    environ: dict[str, str], redis: RedisServer, tmp_path: Path
) -> None:
    """Who may write into the queue runs no code here."""
    trap = f"cos\nsystem\n(S'touch {tmp_path}/trapped'\ntR.".encode()
    with redis.client() as client:
        client.hset("rq:job:pickled-0", "data", b"\x80\x02" + trap)
    assert len(asked(environ, "list")["failed"]) == 2
    assert asked(environ, "retry", "pickled-0")["done"] == ["pickled-0"]
    assert not (tmp_path / "trapped").exists()


def test_an_application_without_rq_says_so() -> None:
    found = asked({}, "list", options=("-S",))
    assert found["failure"].startswith("the application does not use RQ: No module named ")


def test_a_redis_that_is_away_is_told(redis: RedisServer) -> None:
    away = redis.environ | {"REDIS_URL": "unix:///nowhere/redis.sock"}
    assert asked(away, "list")["failure"].startswith("Redis does not serve: ")
