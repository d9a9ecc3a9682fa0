"""Which lock is taken, what is added to it, and what is refused."""

import re
from pathlib import Path
from typing import Any

import pytest

from infra.application.locks import added
from infra.application.locks.packages import packages
from infra.application.locks.pins import LockError, parsed
from infra.application.locks.read import read, slug
from infra.checkout import CHECKOUT
from infra.settings import load
from infra.settings.fields.section import FieldError
from infra.settings.sections.app import DEPENDENCIES, App

GOOD: dict[str, Any] = {"domain": "app.example.org", "email": "you@example.org"}
FLASK = "flask==3.1.0 --hash=sha256:aa\n"


def app(source: Path, **more: Any) -> App:
    return load(GOOD | {"app": {"source": str(source), **more}}, "one").app


def test_the_lock_with_the_most_in_it_is_taken_first(tmp_path: Path) -> None:
    with pytest.raises(FieldError, match=r"the source has none of pylock.toml, uv.lock, poetry"):
        packages(load(GOOD | {"app": {"source": str(tmp_path)}}, "one"))
    for name in reversed(DEPENDENCIES):
        (tmp_path / name).write_text("x")
        assert app(tmp_path).dependencies == tmp_path / name
    (tmp_path / "other.txt").write_text("x")
    told = str(tmp_path / "other.txt")
    assert app(tmp_path, requirements=told).dependencies == tmp_path / "other.txt"
    assert app(CHECKOUT / "app").dependencies == CHECKOUT / "app/requirements.txt"


def test_a_lock_with_hashes_is_taken_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "requirements.txt"
    file.write_text(f"--extra-index-url https://example.org/simple\n-e .\n{FLASK}")
    lock = read(file, tmp_path / "locks")
    assert [one.requirement for one in lock.pins] == ["flask==3.1.0"]
    assert lock.options == ["--extra-index-url https://example.org/simple"]
    assert lock.made is None
    assert not (tmp_path / "locks").exists()


@pytest.mark.parametrize(
    "line", ["-e ./libs/prices", "../prices", "six @ git+https://example.org/six", "-e git+x#egg=y"]
)
def test_what_has_no_hash_by_its_kind_is_refused_by_its_line(tmp_path: Path, line: str) -> None:
    file = tmp_path / "requirements.txt"
    file.write_text(f"flask\n-e .\n.\n{line}\n")
    with pytest.raises(LockError, match=rf"requirements.txt has {re.escape(line)}, which comes"):
        read(file, tmp_path / "locks")


@pytest.mark.parametrize(
    "content", ["[tool.poetry.dependencies]\nflask = '*'\n", "[project]\nname = 'x'\n", ""]
)
def test_a_project_that_names_no_dependencies_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "pyproject.toml").write_text(content)
    with pytest.raises(LockError, match=r"pyproject.toml has no dependencies below \[project\]"):
        read(tmp_path / "pyproject.toml", tmp_path / "locks")


@pytest.mark.parametrize("name", ["poetry.lock", "Pipfile.lock", "pylock.toml"])
def test_a_lock_that_is_no_lock_is_refused_in_one_line(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("<<<<<<< HEAD\n")
    with pytest.raises(LockError, match=rf"^{name} cannot be read: [^\n]+$"):
        read(tmp_path / name, tmp_path / "locks")


@pytest.mark.parametrize(
    ("lock", "server", "names", "told"),
    [
        (FLASK, "uwsgi", ["flask", "pyuwsgi"], "added: pyuwsgi "),
        (FLASK, "gunicorn", ["flask", "gunicorn"], "added: gunicorn "),
        ("gunicorn==20.1 --hash=sha256:aa", "uwsgi", ["gunicorn", "pyuwsgi"], "added: pyuwsgi "),
        ("uwsgi==2.0.30 --hash=sha256:aa", "uwsgi", ["pyuwsgi"], "in place of uwsgi"),
        ("pyuwsgi==2.0.30 --hash=sha256:aa", "uwsgi", ["pyuwsgi"], ""),
    ],
)
def test_the_server_is_added_where_the_lock_lacks_it(
    lock: str, server: str, names: list[str], told: str
) -> None:
    pins, said = added.with_server(parsed(lock), server)
    assert [one.name for one in pins] == names
    assert told in " ".join(said)
    assert all(one.hashes for one in pins)


def test_a_server_or_an_rq_that_is_not_known_is_refused_with_the_reason() -> None:
    with pytest.raises(LockError, match=r"has gunicorn 20\.1, and Slipway knows gunicorn.*>=23"):
        added.with_server(parsed("gunicorn==20.1"), "gunicorn")
    for version in ("1.16.2", "2.13.0", "3.1"):
        with pytest.raises(LockError, match=rf"has rq {version}, and Slipway's worker knows rq"):
            added.with_jobs(parsed(f"rq=={version}"), steady=True)
        assert added.with_jobs(parsed(f"rq=={version}"), steady=False)[0]
    for version in ("2.12.0", "3.0.1"):
        assert added.with_jobs(parsed(f"rq=={version}\nredis==5.0"), steady=True)
    names = {one.name for one in added.with_jobs(parsed("click==8.1"), steady=True)[0]}
    assert {"click", "rq", "redis"} <= names


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ('[project]\nrequires-python = "<3.13"\n', "<3.13"),
        ('[tool.poetry.dependencies]\npython = "^3.9,<3.12"\n', "^3.9,<3.12"),
        ('[tool.poetry.dependencies]\npython = "~3.11"\n', "~3.11"),
        ('[project]\nrequires-python = ">=3.8"\n', ""),
        ('[tool.poetry.dependencies]\npython = "^3.9"\n', ""),
        ("[tool.ruff]\n", ""),
    ],
)
def test_a_project_that_needs_another_python_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str, told: str
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")  # without uv, no index is asked
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    (tmp_path / "pyproject.toml").write_text(written)
    (tmp_path / "requirements.txt").write_text(FLASK)
    settings = load(GOOD | {"app": {"source": str(tmp_path)}}, "one")
    if not told:
        assert packages(settings)
        return
    with pytest.raises(FieldError) as refused:
        packages(settings)
    assert f"needs Python {told}, and Slipway's image has 3.13" in str(refused.value)


def test_a_made_lock_has_the_same_name_on_every_machine(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    assert slug(tmp_path / "my shop", mine) == "my_shop"
    assert slug(mine / "shop", mine) == "shop"
    assert slug(mine, mine) == "application"
