"""Another application, deployed by settings alone: its packages, jobs, database and migration."""

import json
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.deployed import CHECKOUT, deployed
from tests.faults.conftest import Target, lab, pyinfra
from tests.faults.load import Load
from tests.site import wait_until

pytestmark = pytest.mark.destructive

NAME = "second"
INVENTORY = "tests/second_app/inventory.py"
FIRST: dict[str, Any] = {"environment": {"DATABASE": "/srv/data/notes.db", "SCHEMA": "1"}}
SECOND: dict[str, Any] = {"environment": {"DATABASE": "/srv/data/notes.db", "SCHEMA": "2"}}
# A Dockerfile of the application's own, with packages of its own choice and finished static files.
DOCKERFILE = """
ARG BASE_IMAGE=debian:trixie-slim
FROM ${BASE_IMAGE}
RUN apt-get update && apt-get install --yes --no-install-recommends \\
    ca-certificates python3-venv sqlite3
RUN --mount=type=secret,id=ca_bundle,target=/run/ca_bundle \\
    if [ -s /run/ca_bundle ]; then export PIP_CERT=/run/ca_bundle; fi; \\
    python3 -m venv /venv \\
    && /venv/bin/pip install --no-cache-dir flask gunicorn markdown redis 'rq==2.12.*'
ENV PATH=/venv/bin:/usr/bin:/bin
WORKDIR /srv
COPY . app
RUN mkdir static && printf 'body {}' > static/page.0123abcd.css \\
    && gzip --keep static/page.0123abcd.css && ln -s /etc/passwd static/passwd
CMD ["sh", "-c", "exec gunicorn --bind unix:$WEB_SOCKET app.wsgi:application"]
"""


@dataclass(frozen=True)
class Second(Target):
    """The host of the second application."""

    def deploy(
        self, *words: str, server: str = "uwsgi", **app: Any
    ) -> subprocess.CompletedProcess[str]:
        return pyinfra(
            *words, INVENTORY, "deploy.py", "-y",
            TEST_HOST=self.name, TEST_SERVER=server, TEST_SETTINGS=json.dumps(app),
        )  # fmt: skip

    def add(self, note: str) -> None:
        invitation = self.run("cat /etc/slipway/secrets/invitation")
        headers = {"X-Invitation": invitation}
        assert self.site.ask("/notes", "POST", note.encode(), headers).status == 201

    def migrations(self) -> list[tuple[str, int]]:
        """Which release ran the migration, to which version, in order."""
        rows = json.loads(self.run("slipway get /migrations"))
        return [(row["release"], row["version"]) for row in rows]


@pytest.fixture(scope="module")
def target() -> Iterator[Second]:
    lab("down", NAME)
    lab("up", NAME)
    second = Second(NAME, deployed(INVENTORY, TEST_HOST=NAME)[NAME])
    done = second.deploy(**FIRST)
    assert done.returncode == 0, done.stdout + done.stderr
    yield second
    lab("down", NAME)


def test_its_pages_come_from_its_own_dependencies_and_a_database_on_a_volume(
    target: Second,
) -> None:
    target.add("*first*")
    assert "<p><em>first</em></p>" in target.site.ask("/notes").json
    assert target.run("stat --format %u /var/lib/slipway/volumes/notes/notes.db") == "10001"


def test_its_own_secret_is_made_on_the_host_and_needed(target: Second) -> None:
    assert target.site.ask("/notes", "POST", b"x", {"X-Invitation": "a guess"}).status == 403
    assert len(target.run("cat /etc/slipway/secrets/invitation")) == 43
    assert target.run("test -e /etc/slipway/secrets/admin_password || echo none") == "none"


def test_its_job_runs_a_program_of_a_debian_package(target: Second) -> None:
    target.add("to be dumped")
    job = target.site.ask("/dumps", "POST").json["id"]
    wait_until(lambda: target.site.ask(f"/dumps/{job}").json["state"] == "finished", 60)
    dump = target.site.ask(f"/dumps/{job}").json["result"]
    assert "INSERT INTO note VALUES('to be dumped'" in dump


def test_what_it_keeps_private_is_hidden(target: Second) -> None:
    assert target.site.ask("/migrations").status == 404
    assert target.migrations()


def test_its_host_passes_the_tests_of_any_host(target: Second) -> None:
    done = subprocess.run(
        [CHECKOUT / ".venv/bin/pytest", "tests/host", "--inventory", INVENTORY, "--quiet",
         "-p", "no:cacheprovider"],
        cwd=CHECKOUT, env={"PATH": "/usr/bin:/bin", "HOME": str(Path.home()), "TEST_HOST": NAME},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, target.name + done.stdout + done.stderr


def test_a_second_release_migrates_once_before_traffic_moves_and_keeps_the_data(
    target: Second,
) -> None:
    target.add("kept")
    before, notes = target.migrations(), target.site.ask("/notes").json
    assert before == [(target.release(), 1)]
    with Load(target.site, 20, path="/notes").running() as load:
        done = target.deploy(**SECOND)
    assert done.returncode == 0, done.stdout + done.stderr
    assert load.failures == []  # the new code asks for a column that the migration adds
    assert target.site.ask("/notes").json == notes
    assert target.migrations() == [*before, (target.release(), 2)]


def test_no_job_is_lost_in_a_release_though_the_application_only_enqueues_them(
    target: Second,
) -> None:
    """It imports nothing of ours and gives its jobs no retries; its lock has RQ 3."""
    with dumps_steadily(target) as accepted:
        for colour in ("red", "green"):
            environment = SECOND["environment"] | {"COLOUR": colour}
            done = target.deploy(environment=environment)
            assert done.returncode == 0, done.stdout + done.stderr
    assert len(accepted) > 200
    states = Counter[str]()
    for job in accepted:
        wait_until(lambda job=job: dump_of(target, job)["state"] not in OPEN, 60)
        states[dump_of(target, job)["state"]] += 1
    print(f"over two releases: {dict(states)}")
    assert states == {"finished": len(accepted)}
    jobs = json.loads(target.run("slipway jobs --json"))
    assert (jobs["counts"]["failed"], jobs["counts"]["started"]) == (0, 0)


OPEN = {"queued", "started"}


def dump_of(target: Second, job: str) -> dict[str, Any]:
    report: dict[str, Any] = target.site.ask(f"/dumps/{job}").json
    return report


@contextmanager
def dumps_steadily(target: Second) -> Iterator[list[str]]:
    """Adds jobs, one after the other; yields their ids."""
    accepted: list[str] = []
    stop = threading.Event()

    def add() -> None:
        while not stop.wait(0.02):
            answer = target.site.ask("/dumps", "POST")
            assert answer.status == 202, answer
            accepted.append(answer.json["id"])

    adding = threading.Thread(target=add)
    adding.start()
    try:
        yield accepted
    finally:
        stop.set()
        adding.join()


def test_a_migration_that_fails_stops_the_release(target: Second) -> None:
    old, before = target.release(), target.migrations()
    broken = {"environment": SECOND["environment"] | {"BROKEN": "1"}}
    with Load(target.site, 20, path="/notes").running() as load:
        done = target.deploy(**broken)
    assert done.returncode != 0
    assert "the migration is broken on purpose" in done.stdout + done.stderr
    assert load.failures == []
    assert target.release() == old
    assert target.migrations() == before


def test_a_dockerfile_of_its_own_brings_static_files_and_its_jobs_are_run(
    target: Second, tmp_path: Path
) -> None:
    source = CHECKOUT / "tests/second_app/app"
    for path in source.glob("*.py"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    done = target.deploy(server="gunicorn", source=str(tmp_path), **SECOND)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (
        target.run(
            f"docker exec {target.container('worker')} sh -c 'pip list | grep -c steady ||:'"
        )
        == "0"
    )
    job = target.site.ask("/dumps", "POST").json["id"]
    wait_until(lambda: dump_of(target, job)["state"] == "finished", 60)
    served(target)
    assert target.site.ask("/static/passwd").status == 404
    assert target.deploy(**SECOND).returncode == 0  # pages of an old release still find theirs
    served(target)


def served(target: Second) -> None:
    """The static file comes from nginx, compressed, to be kept for a year."""
    answer = target.site.ask("/static/page.0123abcd.css")
    assert (answer.status, answer.body) == (200, b"body {}")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/css"
    packed = target.site.ask("/static/page.0123abcd.css", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
