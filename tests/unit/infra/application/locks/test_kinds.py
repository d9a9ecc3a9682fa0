"""Each kind of lock, read into what the build installs."""

import json
from pathlib import Path

import pytest

from infra.application.locks.kinds import pipfile, poetry, pylock
from infra.application.locks.pins import LockError, Pin, applies, decoded, parsed, text

POETRY = """
[[package]]
name = "Flask"
version = "3.1.0"
optional = false
groups = ["main", "dev"]
files = [{file = "f.whl", hash = "sha256:aa"}, {file = "f.tar.gz", hash = "sha256:ab"}]
[package.dependencies]
click = ">=8"
asgiref = {version = ">=3", optional = true}
[package.extras]
async = ["asgiref (>=3.2)"]

[[package]]
name = "click"
version = "8.2.0"
optional = false
files = [{file = "click.whl", hash = "sha256:bb"}]
[package.dependencies]
colorama = {version = "*", markers = "platform_system == \\"Windows\\""}

[[package]]
name = "asgiref"
version = "3.9"
optional = true
files = [{file = "asgiref.whl", hash = "sha256:cc"}]

[[package]]
name = "colorama"
version = "0.4"
optional = false
files = [{file = "colorama.whl", hash = "sha256:dd"}]

[[package]]
name = "pytest"
version = "9.0"
optional = false
groups = ["dev"]
files = [{file = "pytest.whl", hash = "sha256:ee"}]
"""
OF_POETRY = '[tool.poetry.dependencies]\npython = "^3.11"\nFlask = {told}\n'
OF_PEP_621 = '[project]\ndependencies = ["{told}", "nothing ; sys_platform == \'win32\'"]\n'


def names(pins: list[Pin]) -> list[str]:
    return [one.requirement for one in pins]


@pytest.mark.parametrize(
    ("project", "also"),
    [
        (OF_POETRY.format(told='"^3.1"'), []),
        (OF_PEP_621.format(told="flask>=3"), []),
        (OF_POETRY.format(told='{version = "^3.1", extras = ["async"]}'), ["asgiref==3.9"]),
        (OF_PEP_621.format(told="flask[async]>=3"), ["asgiref==3.9"]),
    ],
)
def test_of_poetry_s_lock_the_main_dependencies_are_taken(
    tmp_path: Path, project: str, also: list[str]
) -> None:
    (tmp_path / "pyproject.toml").write_text(project)
    (tmp_path / "poetry.lock").write_text(POETRY)
    found = poetry(tmp_path / "poetry.lock")
    assert names(found) == [*also, "click==8.2.0", "flask==3.1.0"]
    assert found[-1].hashes == ("sha256:aa", "sha256:ab")


def test_what_comes_from_elsewhere_than_an_index_is_refused_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(OF_POETRY.format(told='"*"'))
    git = '\n[package.source]\ntype = "git"\nurl = "https://example.org/click"\n'
    lock = POETRY.replace(
        "[package.dependencies]\ncolorama", f"{git}[package.dependencies]\ncolorama"
    )
    (tmp_path / "poetry.lock").write_text(lock)
    with pytest.raises(LockError, match=r"poetry.lock takes click from git: only packages of an"):
        poetry(tmp_path / "poetry.lock")


def test_of_a_pipfile_lock_the_default_packages_are_taken(tmp_path: Path) -> None:
    default = {
        "flask": {
            "version": "==3.1.0",
            "hashes": ["sha256:aa"],
            "extras": ["async"],
            "index": "pypi",
        },
        "waitress": {
            "version": "==3.0",
            "hashes": ["sha256:bb"],
            "markers": "python_version > '3'",
        },
        "pywin32": {
            "version": "==308",
            "hashes": ["sha256:cc"],
            "markers": "sys_platform == 'win32'",
        },
    }
    file = tmp_path / "Pipfile.lock"
    file.write_text(json.dumps({"default": default, "develop": {"pytest": {"version": "==9.0"}}}))
    assert names(pipfile(file)) == ["flask[async]==3.1.0", "waitress==3.0 ; python_version > '3'"]
    file.write_text(json.dumps({"default": {"x": {"git": "https://example.org/x", "ref": "1"}}}))
    with pytest.raises(LockError, match=r"Pipfile.lock takes x from elsewhere"):
        pipfile(file)


def test_of_a_pylock_the_packages_for_the_image_are_taken(tmp_path: Path) -> None:
    file = tmp_path / "pylock.toml"
    file.write_text(
        """
lock-version = "1.0"
[[packages]]
name = "flask"
version = "3.1.0"
wheels = [{url = "https://example.org/flask.whl", hashes = {sha256 = "aa"}}]
sdist = {url = "https://example.org/flask.tar.gz", hashes = {sha256 = "ab"}}
[[packages]]
name = "colorama"
version = "0.4"
marker = "sys_platform == 'win32'"
wheels = [{url = "https://example.org/colorama.whl", hashes = {sha256 = "cc"}}]
[[packages]]
name = "pytest"
version = "9"
marker = "'dev' in dependency_groups"
wheels = [{url = "https://example.org/pytest.whl", hashes = {sha256 = "dd"}}]
[[packages]]
name = "shop"
directory = {path = ".", editable = true}
"""
    )
    [flask] = pylock(file)
    assert (flask.requirement, flask.hashes) == ("flask==3.1.0", ("sha256:aa", "sha256:ab"))


def test_a_requirements_file_keeps_its_pins_whatever_its_layout() -> None:
    written = (
        "# a comment\n--index-url https://example.org/simple\n"
        "Flask_Login==0.6.3 \\\r\n    --hash=sha256:aa \\\r\n    --hash=sha256:bb  # why\r\n"
        "uvloop==0.22 ; sys_platform != 'win32' --hash=sha256:cc\n"
    )
    found = parsed(written)
    assert [one.name for one in found] == ["flask-login", "uvloop"]
    assert [one.version for one in found] == ["0.6.3", "0.22"]
    assert parsed(text(found)) == found
    assert decoded(written.encode("utf-16")) == written  # as Windows' shell writes it


@pytest.mark.parametrize(
    ("marker", "expected"),
    [
        ("", True),
        ("python_version < '3.13'", False),
        ("python_full_version >= '3.13.1'", True),
        ("sys_platform == 'darwin' or platform_machine == 'aarch64'", True),
        ("platform_machine == 'x86_64'", True),
        ("extra == 'async'", False),
    ],
)
def test_markers_are_asked_for_the_image_and_not_for_this_machine(
    marker: str, expected: bool
) -> None:
    assert applies(marker) is expected
