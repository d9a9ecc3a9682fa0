"""A Procfile: what it says where the settings say nothing, and what is refused in it."""

from pathlib import Path

import pytest

from infra.settings import Settings, load
from tests.support.settings import GOOD, refusal

MICROBLOG = """\
web: flask db upgrade; gunicorn microblog:app
worker: rq worker -u $REDIS_URL microblog-tasks
release: flask db upgrade
"""


def loaded(source: Path, text: str) -> Settings:
    (source / "Procfile").write_text(text)
    return load(GOOD | {"app": {"source": str(source)}}, "one")


def test_rq_s_worker_is_the_default_one_with_its_queues(tmp_path: Path) -> None:
    found = loaded(tmp_path, MICROBLOG)
    assert list(found.processes) == ["worker"]
    assert found.processes["worker"].queues == ("microblog-tasks",)
    assert found.processes["worker"].command == ()
    assert found.release_command == ("flask", "db", "upgrade")


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("celery -A app worker -c 2", ("celery", "-A", "app", "worker", "-c", "2")),
        ("rq worker --burst", ("rq", "worker", "--burst")),
        ("huey_consumer app.huey $OPTIONS", ("sh", "-c", "huey_consumer app.huey $OPTIONS")),
    ],
)
def test_another_worker_is_started_as_it_is_written(
    tmp_path: Path, line: str, command: tuple[str, ...]
) -> None:
    assert loaded(tmp_path, f"worker: {line}\n").processes["worker"].command == command


def test_another_type_is_refused_with_what_to_write(tmp_path: Path) -> None:
    (tmp_path / "Procfile").write_text("web: x\nclock: python clock.py\n")
    told = refusal(app={"source": str(tmp_path)})
    assert told.startswith("processes: is needed, since the Procfile has 'clock': write ")
    assert '{"clock": {"kind": "single", "command": ["python", "clock.py"]}}' in told
    done = load(GOOD | {"app": {"source": str(tmp_path)}, "processes": {}}, "one")
    assert done.processes == {}


def test_without_a_worker_there_is_none(tmp_path: Path) -> None:
    assert loaded(tmp_path, "web: gunicorn app:app\n").processes == {}
