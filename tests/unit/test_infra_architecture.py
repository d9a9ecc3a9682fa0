"""Who may import whom."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from infra.checkout import CHECKOUT

FOLDERS = ("app", "infra", "tests")
SOURCES = sorted(
    [
        *CHECKOUT.glob("*.py"),
        *(path for name in FOLDERS for path in (CHECKOUT / name).rglob("*.py")),
    ]
)
INFRA = [path for path in SOURCES if path.is_relative_to(CHECKOUT / "infra")]


def imports(path: Path) -> set[str]:
    """Every module, or name in a module, that a source file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def roots(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imports(path)}


CONCERNS = sorted(
    name.removeprefix("infra.")
    for name in imports(CHECKOUT / "deploy.py")
    if name.startswith("infra.") and name.count(".") == 1
)


def test_the_deploy_names_its_concerns() -> None:
    assert {"base", "certificate", "docker", "release", "secrets"} <= set(CONCERNS)


@pytest.mark.parametrize("concern", CONCERNS)
def test_concerns_do_not_import_each_other(concern: str) -> None:
    for name in imports(CHECKOUT / "infra" / f"{concern}.py"):
        root, _, rest = name.partition(".")
        if root == "infra":
            assert rest.split(".")[0] not in CONCERNS, f"{concern} imports {name}"


def test_nothing_imports_the_deploy() -> None:
    assert [path for path in SOURCES if "deploy" in roots(path)] == []


def test_the_application_and_its_deployment_know_nothing_of_each_other() -> None:
    for path in SOURCES:
        if path.is_relative_to(CHECKOUT / "app"):
            assert not roots(path) & {"infra", "tests", "pyinfra"}, path
    for path in INFRA:
        assert not roots(path) & {"app", "tests"}, path


SETTINGS = [path for path in INFRA if path.is_relative_to(CHECKOUT / "infra" / "settings")]


@pytest.mark.parametrize("path", SETTINGS, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_settings_can_be_read_without_pyinfra(path: Path) -> None:
    assert "pyinfra" not in roots(path)


def test_sections_of_the_settings_do_not_import_each_other_nor_what_is_above_them() -> None:
    above = {"fields": ("sections",), "sections": ("sections", "reference")}
    for path in SETTINGS:
        for folder in above.get(path.parent.name, ()):
            assert not [n for n in imports(path) if n.startswith(f"infra.settings.{folder}.")], path


def test_facts_and_operations_know_nothing_of_settings_and_concerns() -> None:
    barred = {"settings", *CONCERNS}
    for path in INFRA:
        if path.parent.name in {"facts", "operations"}:
            names = {n.split(".")[1] for n in imports(path) if n.startswith("infra.")}
            assert not names & barred, path


def test_what_unit_tests_import_leaves_their_process_as_it_is() -> None:
    """pyinfra's command line, and what imports it, replaces sockets and threads by gevent's."""
    patching = {"pyinfra_cli", "pyinfra_testing.operations", "pyinfra_testing.facts"}
    for path in SOURCES:
        if path.is_relative_to(CHECKOUT / "tests"):
            assert not [n for n in imports(path) if n.startswith(tuple(patching))], path


def test_importing_the_deployment_patches_nothing() -> None:
    names = [
        str(path.relative_to(CHECKOUT).with_suffix("")).replace("/", ".")
        for path in INFRA
        if not path.stem.startswith("__")
    ]
    script = f"import {', '.join(names)}, gevent.monkey as m; print(list(m.saved))"
    command = [sys.executable, "-W", "error", "-c", script]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_what_stands_on_the_host_knows_no_application() -> None:
    """The example's routes, jobs and functions; anybody's application goes in its place."""
    example = re.compile(
        r"background_count|/date/|\bcount\.|/api\b|rq-dashboard|spectree|squares?\b"
    )
    names = ("compose", "nginx", "redis", "systemd")
    files = [*INFRA, *(path for name in names for path in (CHECKOUT / name).glob("*.j2"))]
    assert len(files) > 30
    assert [path for path in files if example.search(path.read_text("utf-8"))] == []
