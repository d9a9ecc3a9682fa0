"""Who may import whom, outside the application and the programs on the host."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from infra.checkout import CHECKOUT

FOLDERS = ("app", "infra", "lab", "tests")
SOURCES = sorted(
    [
        *CHECKOUT.glob("*.py"),
        *(path for name in FOLDERS for path in (CHECKOUT / name).rglob("*.py")),
    ]
)
INFRA = [path for path in SOURCES if path.is_relative_to(CHECKOUT / "infra")]
# Each part of infra/ imports those before it; concerns come last, and deploy files import those.
ORDER = [
    "checkout",
    "onhost",
    "hostfile",
    "origin",
    "login_shell",
    "facts",
    "operations",
    "settings",
    "application",
    "compose",
]
MOST = 14  # modules in a folder


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


def parts(path: Path) -> set[str]:
    """The parts of infra/ that a file imports."""
    return {name.split(".")[1] for name in imports(path) if name.startswith("infra.")}


def part(path: Path) -> str:
    """The folder or module of infra/ that a file is of."""
    return path.relative_to(CHECKOUT / "infra").with_suffix("").parts[0]


CONCERNS = sorted(
    name.removeprefix("infra.")
    for name in imports(CHECKOUT / "deploy.py")
    if name.startswith("infra.") and name.count(".") == 1
)


def test_the_deploy_names_its_concerns() -> None:
    assert {"base", "certificate", "docker", "release", "secrets"} <= set(CONCERNS)


@pytest.mark.parametrize("path", INFRA, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_a_part_of_the_deployment_imports_only_what_is_below_it(path: Path) -> None:
    here = part(path)
    if here in ORDER:
        assert parts(path) <= set(ORDER[: ORDER.index(here) + 1])
    elif here in CONCERNS:
        assert parts(path) - {here} <= set(ORDER)


def test_facts_and_operations_know_nothing_of_settings() -> None:
    for path in INFRA:
        if part(path) in {"facts", "operations"}:
            assert "settings" not in parts(path), path


def test_nothing_imports_the_deploy() -> None:
    assert [path for path in SOURCES if "deploy" in roots(path)] == []


def test_the_application_the_deployment_and_the_lab_know_nothing_of_each_other() -> None:
    for path in SOURCES:
        if path.is_relative_to(CHECKOUT / "app"):
            assert not roots(path) & {"infra", "lab", "tests", "pyinfra"}, path
        if path.is_relative_to(CHECKOUT / "lab"):
            assert not roots(path) & {"infra", "app", "tests", "pyinfra"}, path
    for path in INFRA:
        assert not roots(path) & {"app", "lab", "tests"}, path


@pytest.mark.parametrize("name", ["infra", "infra/facts", "infra/operations", "infra/settings"])
def test_a_folder_holds_about_a_dozen_modules_at_most(name: str) -> None:
    modules = [path for path in (CHECKOUT / name).glob("*.py") if path.name != "__init__.py"]
    assert len(modules) <= MOST


@pytest.mark.parametrize(
    "path", [path for path in INFRA if part(path) == "settings"], ids=lambda path: path.stem
)
def test_settings_can_be_read_without_pyinfra(path: Path) -> None:
    assert "pyinfra" not in roots(path)


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
