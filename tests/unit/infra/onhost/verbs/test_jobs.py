"""The verb jobs: what is asked of the application's container, and what a person sees."""

import argparse
import json
from collections.abc import Iterator
from typing import Any

import pytest

from infra.onhost.command import Failure
from infra.onhost.verbs import jobs
from tests.support.onhost import Host, new_host

COUNTS = {"queued": 1, "started": 0, "scheduled": 0, "deferred": 0, "failed": 2}
JOB = {
    "id": "12ab", "queue": "default", "description": "app.jobs.count(3)", "state": "failed",
    "created": 1_700_000_000.0, "ended": None, "error": "ValueError: no", "exception": "T\nV\n",
}  # fmt: skip


@pytest.fixture
def host() -> Iterator[Host]:
    with new_host() as host:
        host.release("a")
        host.layout.current.symlink_to("a")
        yield host


def answer(host: Host, found: object, more: str = "") -> None:
    """The program in the container says this; a worker runs."""
    said = host.calls.with_name("said")
    said.write_text(f"a word of the application\n{json.dumps(found)}\n")
    host.program(
        "docker",
        f"case $* in *service=worker*) echo w-1;; exec*) cat >/dev/null; cat {said}; {more};; esac",
    )


def run(host: Host, *words: str, every: bool = False, as_json: bool = False) -> Any:
    action, *ids = words or ("list",)
    return jobs.jobs(host, argparse.Namespace(action=action, id=ids, all=every, json=as_json))


def test_failed_jobs_are_listed_with_what_can_be_done(host: Host) -> None:
    answer(host, {"counts": COUNTS, "queues": ["default"], "failed": [JOB]})
    lines = run(host).splitlines()
    assert lines[0] == "1 queued, 0 started, 0 scheduled, 0 deferred, 2 failed, of default"
    assert lines[1] == "unknown time  12ab  default  app.jobs.count(3)"
    assert lines[2:4] == ["    ValueError: no", "and 1 more, which failed before these"]
    assert "retry ID (or --all)" in lines[4]
    assert host.called()[-1] == "docker exec --interactive w-1 python3 - list"


def test_where_none_has_failed_nothing_is_to_be_done(host: Host) -> None:
    answer(host, {"counts": COUNTS | {"failed": 0}, "queues": [], "failed": []})
    assert run(host).splitlines() == [
        "1 queued, 0 started, 0 scheduled, 0 deferred, 0 failed, of no queue yet"
    ]


def test_one_is_shown_and_programs_get_data(host: Host) -> None:
    answer(host, JOB)
    shown = run(host, "show", "12ab").splitlines()
    assert shown[0].split() == ["id", "12ab"]
    assert shown[-2:] == ["T", "V"]
    assert run(host, "show", "12ab", as_json=True) == JOB


def test_what_was_done_is_counted_and_what_was_not_is_a_failure(host: Host) -> None:
    answer(host, {"action": "retry", "done": ["1", "2"], "refused": []})
    assert run(host, "retry", every=True) == "2 failed jobs are run again"
    refused = [{"id": "3", "reason": "there is no failed job of this id"}]
    answer(host, {"action": "clear", "done": ["1"], "refused": refused})
    with pytest.raises(Failure) as failure:
        run(host, "clear", "1", "3")
    assert str(failure.value).splitlines() == [
        "1 failed jobs are forgotten",
        "3: there is no failed job of this id",
    ]


@pytest.mark.parametrize(
    ("words", "every", "told"),
    [
        (("retry",), False, "say which: slipway jobs retry ID, or slipway jobs retry --all"),
        (("clear", "1"), True, "say which: slipway jobs clear"),
        (("show",), False, "say which one"),
        (("list", "1"), False, "to see one job: slipway jobs show 1"),
    ],
)
def test_nothing_is_done_on_a_guess(
    host: Host, words: tuple[str, ...], every: bool, told: str
) -> None:
    answer(host, {})
    with pytest.raises(Failure, match=told):
        run(host, *words, every=every)
    assert host.called() == []


def test_why_the_jobs_are_not_known_is_told(host: Host) -> None:
    answer(host, {"failure": "the application does not use RQ: No module named 'rq'"})
    with pytest.raises(Failure, match="does not use RQ"):
        run(host)
    answer(host, {}, "echo 'python3: not found' >&2; exit 127")
    with pytest.raises(Failure, match="the jobs are not known: python3: not found"):
        run(host)
    host.program("docker")
    with pytest.raises(Failure, match="no container of the application runs"):
        run(host)
