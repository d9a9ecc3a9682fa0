"""Local files and folders in the settings."""

from pathlib import Path

import pytest

from infra.checkout import CHECKOUT
from infra.settings import load
from tests.support.settings import GOOD, SECRET, refusal, refusals, settings, written


def test_a_relative_path_starts_at_the_folder_of_the_inventory(tmp_path: Path) -> None:
    for name in ("myapp", "tests"):
        (tmp_path / name).mkdir()
    for name in ("app.lock", "tests.lock", "ca.pem", "token"):
        (tmp_path / name).write_text(name)
    app = {
        "source": "myapp",
        "requirements": "app.lock",
        "acceptance": "tests",
        "acceptance_requirements": "./tests.lock",
    }
    given = GOOD | {"app": app, "extra_ca_certificates": ["ca.pem"], "secrets": {"t": "token"}}
    found = load(given, "one", folder=tmp_path)
    assert found.app.source == tmp_path / "myapp"
    assert found.app.requirements == tmp_path / "app.lock"
    assert found.app.acceptance == tmp_path / "tests"
    assert found.app.acceptance_requirements == tmp_path / "tests.lock"
    assert found.extra_ca_certificates == (tmp_path / "ca.pem",)
    assert found.secrets == {"t": tmp_path / "token"}


def test_the_defaults_are_in_the_checkout_wherever_the_inventory_is(tmp_path: Path) -> None:
    found = load(GOOD, "one", folder=tmp_path).app
    assert found.source == CHECKOUT / "app"
    assert found.dependencies == CHECKOUT / "app" / "requirements.txt"
    own = load(GOOD | {"app": {"source": str(tmp_path)}}, "one", folder=tmp_path).app
    assert own.locks == tmp_path / "locks"  # what a deploy makes is kept with the inventory
    assert found.acceptance_requirements == CHECKOUT / "requirements" / "acceptance.txt"


def test_absolute_paths_stay_as_they_are(tmp_path: Path) -> None:
    path = written(tmp_path, "x")
    assert settings(extra_ca_certificates=[path]).extra_ca_certificates == (Path(path),)


def test_a_file_that_does_not_exist_is_named_in_full(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    missing, folder = str(tmp_path / "missing"), str(tmp_path / "there")
    assert refusals(extra_ca_certificates=[missing, folder], app={"source": missing}) == [
        f"app.source: the folder {missing} does not exist",
        f"extra_ca_certificates.0: the file {missing} does not exist",
        f"extra_ca_certificates.1: the path {folder} is a folder, not a file",
    ]


def test_neither_path_nor_content_of_a_secret_file_is_shown(tmp_path: Path) -> None:
    folder, empty = tmp_path / SECRET, tmp_path / f"{SECRET}-empty"
    folder.mkdir()
    empty.touch()
    bad_name = written(tmp_path)
    told = refusals(secrets={"a": str(folder), "b": str(empty), "Bad name": bad_name, "c": 1})
    assert told[0] == "secrets.a: the path is a folder, not a file"
    assert told[1] == "secrets.b: the file is empty"
    assert told[2].startswith("secrets.Bad name: must be a name of ")
    assert told[3] == "secrets.c: must be the path of a file or folder"


@pytest.mark.parametrize("content", ["", "\r\n\n"])  # the line break at the end is never sent
def test_a_file_of_line_breaks_is_empty(tmp_path: Path, content: str) -> None:
    path = written(tmp_path, content)
    assert refusal(secrets={"a": path}) == "secrets.a: the file is empty"
    reason = f"extra_ca_certificates.0: the file {path} is empty"
    assert refusal(extra_ca_certificates=[path]) == reason


def test_a_file_that_cannot_be_read_is_refused() -> None:
    told = refusal(secrets={"a": "/proc/self/mem"})  # root may open any other
    assert told == "secrets.a: the file cannot be read: Input/output error"
