"""Processes: what each kind may have, and what is refused with what to write."""

from pathlib import Path
from typing import Any

import pytest

from infra.settings import load
from tests.support.settings import GOOD, refusal

QUEUE = {"kind": "queue"}


def refused(**process: Any) -> str:
    """Why a process `a` is refused, after its name."""
    return refusal(processes={"a": process}).removeprefix("processes.a.")


@pytest.mark.parametrize("name", ["web", "redis", "front", "acceptance", "release_command"])
def test_a_name_that_slipway_uses_is_refused(name: str) -> None:
    told = refusal(processes={name: QUEUE})
    assert told == f"processes: {name}: Slipway uses this name, take another"


@pytest.mark.parametrize("name", ["Worker", "1st", "a b", "a" * 32])
def test_a_name_is_also_one_of_a_container(name: str) -> None:
    assert refusal(processes={name: QUEUE}).startswith(f"processes.{name}: must be a name")


def test_the_section_worker_of_earlier_versions_is_refused_with_what_to_write() -> None:
    told = refusal(worker={"queue": "dumps", "job_timeout": 20, "count": 2})
    process = '{"kind": "queue", "queues": ["dumps"], "stop_limit": 20, "count": 2}'
    assert told == f'worker: is now a process: write "processes": {{"worker": {process}}}'


@pytest.mark.parametrize("queue", ["microblog-tasks", "Default", "a.b:c", "9", "a" * 64])
def test_a_queue_has_a_name_that_rq_allows(queue: str) -> None:
    found = load(GOOD | {"processes": {"a": QUEUE | {"queues": [queue]}}}, "one")
    assert found.processes["a"].queues == (queue,)


@pytest.mark.parametrize("queue", ["", "a b", "a,b", "-a", "a" * 65])
def test_a_queue_s_name_can_stand_in_a_list_with_commas(queue: str) -> None:
    assert refused(**QUEUE, queues=[queue]).startswith("queues.0: must be the name of a queue")


@pytest.mark.parametrize(
    ("command", "library"),
    [
        ([], "rq"),
        (["rq", "worker", "mails"], "rq"),
        (["celery", "-A", "app", "worker"], "celery"),
        (["/opt/venv/bin/dramatiq", "app"], "dramatiq"),
        (["python3", "-m", "huey.bin.huey_consumer", "app.huey"], "huey"),
    ],
)
def test_the_library_is_the_one_that_the_command_starts(command: list[str], library: str) -> None:
    found = load(GOOD | {"processes": {"a": QUEUE | {"command": command}}}, "one").processes["a"]
    assert found.used_library == library
    assert bool(found.checked_by) == (not command)


def test_a_command_is_asked_for_where_there_is_no_default() -> None:
    told = refused(**QUEUE, library="celery")
    assert told == "command: is missing: write the one that starts celery"


def test_an_application_without_rq_has_no_process(tmp_path: Path) -> None:
    (tmp_path / "lock.txt").write_text("flask==3.1.3\nrq-dashboard==0.9.0\n")
    app = {"requirements": str(tmp_path / "lock.txt")}
    assert load(GOOD | {"app": app}, "one").processes == {}
    (tmp_path / "lock.txt").write_text("flask==3.1.3\nrq==2.12.0 \\\n")
    assert list(load(GOOD | {"app": app}, "one").processes) == ["worker"]
    assert list(load(GOOD | {"processes": {}}, "one").processes) == []


def test_a_process_does_not_replace_a_variable_of_slipway_s() -> None:
    told = refused(**QUEUE, environment={"QUEUES": "x"})
    assert told == "environment: remove QUEUES: Slipway sets it itself"


@pytest.mark.parametrize("cpus", [0, "1", True, 65])
def test_processors_are_a_number(cpus: object) -> None:
    told = "cpus: must be a number of processors from 0.05 to 64, like 0.5"
    assert (refused(**QUEUE, cpus=cpus), refusal(web={"cpus": cpus})) == (told, f"web.{told}")
