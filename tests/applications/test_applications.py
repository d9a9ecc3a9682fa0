"""Each application is deployed twice by settings alone, and gone back to; nothing in it changes."""

import hashlib
import json
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra.application.locks import uv
from tests.applications.recipes import RECIPES, Recipe
from tests.deployed import deployed
from tests.faults.conftest import INVENTORY, Target, lab, pyinfra
from tests.faults.load import Load

pytestmark = pytest.mark.destructive

NAME = "applications"
FIGURES: list[str] = []


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    lab("down", NAME)
    lab("up", NAME)
    yield Target(NAME, deployed(INVENTORY, TEST_HOST=NAME)[NAME])
    lab("down", NAME)
    print("\n".join(["", *FIGURES]))


def state(folder: Path) -> dict[str, str]:
    """The digest of each file."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def written(recipe: Recipe, folder: Path) -> None:
    recipe.write(folder)
    if recipe.lock:
        found = uv.program()
        assert found, "bin/venv installs uv"
        subprocess.run([found, *recipe.lock], cwd=folder, check=True, capture_output=True)


def deploy(target: Target, settings: dict[str, Any]) -> tuple[str, float]:
    """What a deploy said, and its seconds."""
    began = time.monotonic()
    done = target.deploy(**settings)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr, time.monotonic() - began


@pytest.mark.parametrize("name", RECIPES)
def test_it_is_deployed_unchanged(target: Target, tmp_path: Path, name: str) -> None:
    recipe, source = RECIPES[name], tmp_path / name
    source.mkdir()
    written(recipe, source)
    before = state(source)
    app = {"source": str(source), "locks": str(tmp_path / "locks"), **recipe.app}
    settings = {"app": app, **recipe.more}

    said, first = deploy(target, settings)
    assert recipe.found in said
    assert target.site.ask("/").body.decode() == recipe.page
    _, again = deploy(target, settings)  # nothing is built, and nobody is asked
    assert state(source) == before

    release, path = target.release(), source / recipe.change[0]
    path.write_text(path.read_text().replace(recipe.change[1], recipe.change[2]) + "\n")
    with Load(target.site, 10, path="/").running() as load:
        _, second = deploy(target, settings)
    assert load.failures == []
    assert target.release() != release
    changed = recipe.page.replace(recipe.change[1], recipe.change[2])
    assert target.site.ask("/").body.decode() == changed

    done = pyinfra(
        INVENTORY, "rollback.py", "-y", TEST_HOST=NAME, TEST_SETTINGS=json.dumps(settings)
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert target.site.ask("/").body.decode() == recipe.page
    lines = len(app) - 1 + sum(len(section) for section in recipe.more.values())
    FIGURES.append(
        f"{name:<12}{lines} lines, 0 files changed, first release {first:.0f} s,"
        f" unchanged {again:.0f} s, second {second:.0f} s, failed requests {len(load.failures)}"
    )


def test_its_data_stay_over_releases(target: Target, tmp_path: Path) -> None:
    blog = RECIPES["blog"]
    written(blog, tmp_path / "blog")
    app = {"source": str(tmp_path / "blog"), "locks": str(tmp_path / "locks"), **blog.app}
    deploy(target, {"app": app})
    assert target.site.ask("/kept", "POST").status == 201
    written(replace(blog, files={"blog/more.py": "x = 1\n"}), tmp_path / "blog")
    deploy(target, {"app": app})
    assert target.site.ask("/").body == b"kept"
    locks = list((tmp_path / "locks").iterdir())
    assert len(locks) == 1


@pytest.mark.parametrize(
    ("files", "app", "reason"),
    [
        ({"requirements.txt": "flask==99.0\n"}, {}, "there is no version of flask==99.0"),
        ({"requirements.txt": "flask\nhttp-ece==1.2.1\n"}, {"compile": False},
         "cannot be installed without a compiler: Because http-ece==1.2.1 has no usable wheels"),
        ({"requirements.txt": "flask\nrq==1.16.2\nredis==5.0.8\n"}, {},
         "has rq 1.16.2, and Slipway's worker knows rq"),
        ({"requirements.txt": "flask\nsix @ git+https://github.com/benjaminp/six@1.16.0\n"}, {},
         "which comes from elsewhere than an index: it has no hash"),
        ({"requirements.txt": "flask==3.1.3 --hash=sha256:" + "0" * 64 + "\n"}, {},
         "cannot be installed"),
        ({"requirements.txt": "flask\n", "other.py": "from flask import Flask\nx = Flask('x')\n",
          "app.py": ""}, {"module": None, "dockerfile": "none"}, "there is no none in "),
    ],
)  # fmt: skip
def test_what_cannot_be_installed_is_refused_in_seconds_before_the_connection(
    tmp_path: Path, files: dict[str, str], app: dict[str, Any], reason: str
) -> None:
    written(Recipe({**RECIPES["single"].files, **files}, "", "", ("", "", "")), tmp_path / "app")
    told = {"source": str(tmp_path / "app"), "locks": str(tmp_path / "locks"), **app}
    began = time.monotonic()
    done = pyinfra(
        INVENTORY, "deploy.py", "-y", TEST_HOST=NAME, TEST_SETTINGS=json.dumps({"app": told})
    )
    assert done.returncode == 2
    said = (done.stdout + done.stderr).splitlines()
    assert [line for line in said if reason in line], said
    assert "Connecting" not in done.stdout + done.stderr
    assert time.monotonic() - began < 20
