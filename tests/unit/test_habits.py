"""What an open project has beside its code: each file can be read and names what is there."""

import re
import shlex
import subprocess
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.processes import ROOT
from tests.tiers import STYLE

YAML = sorted(
    path
    for pattern in ("*.yaml", "*.yml", ".*.yaml", ".*.yml", ".github/**/*.yml")
    for path in ROOT.glob(pattern)
)
CHECKOUT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def read(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def steps() -> list[dict[str, str]]:
    """The steps of every job on GitHub; YAML 1.1 takes the key `on` for a truth value."""
    workflow = read(".github/workflows/tests.yml")
    assert set(workflow[True]) == {"push", "pull_request"}
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def programs_of_the_checkout(command: str) -> list[str]:
    """What a shell's line runs by a path of the checkout."""
    return [word for word in shlex.split(command) if re.match(r"\.?[a-z]+/", word)]


@pytest.mark.parametrize("path", YAML, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_yaml_file_can_be_read(path: Path) -> None:
    assert isinstance(yaml.safe_load(path.read_text(encoding="utf-8")), dict)


def test_both_services_run_the_unit_tests_as_root_in_a_container() -> None:
    on_github = read(".github/workflows/tests.yml")["jobs"]["unit"]
    on_gitlab = read(".gitlab-ci.yml")["unit"]
    assert on_github["container"]["image"] == on_gitlab["image"]
    assert "user" not in on_github["container"].get("options", "")
    assert [step["run"] for step in steps() if "run" in step][-1:] == on_gitlab["script"]


def test_what_they_run_is_there_and_can_be_run() -> None:
    commands = [*read(".gitlab-ci.yml")["unit"]["script"]]
    commands += [step["run"] for step in steps() if "run" in step]
    script = (ROOT / ".ci" / "unit").read_text()
    commands += [script.splitlines()[-1]]
    found = [program for command in commands for program in programs_of_the_checkout(command)]
    assert {".ci/unit", "bin/test"} <= set(found)
    for program in found:
        assert (ROOT / program).stat().st_mode & 0o111, program


def test_no_test_may_be_skipped_there() -> None:
    assert "bin/test unit --none-skipped" in (ROOT / ".ci" / "unit").read_text()


def test_a_hook_runs_what_the_environment_for_development_holds() -> None:
    [repository] = read(".pre-commit-config.yaml")["repos"]
    assert repository["repo"] == "local"
    lock = (ROOT / "requirements" / "dev.txt").read_text()
    for hook in repository["hooks"]:
        program = hook["entry"].split()[0]
        assert (ROOT / program).is_file(), hook
        assert re.search(rf"^{Path(program).name}(-py)?==", lock, re.MULTILINE), hook


def test_hooks_and_unit_tests_run_the_same_programs() -> None:
    for hook in read(".pre-commit-config.yaml")["repos"][0]["hooks"]:
        command = hook["entry"].removeprefix(".venv/bin/").removesuffix(" --force-exclude")
        assert any(step.startswith(command) for step in STYLE), command


def test_the_metadata_name_files_that_are_there() -> None:
    assert (CHECKOUT["license"], CHECKOUT["license-files"]) == ("MIT", ["LICENSE"])
    assert (ROOT / "LICENSE").read_text().startswith("MIT License\n\nCopyright (c) 2026 ")
    assert (ROOT / CHECKOUT["readme"]).is_file()


def test_the_changelog_begins_with_this_version_and_dates_all_that_are_released() -> None:
    heads = re.findall(r"^## (\S+) \((.+)\)$", CHANGELOG, re.MULTILINE)
    assert len(heads) == CHANGELOG.count("\n## ")
    assert heads[0][0] == CHECKOUT["version"]
    days = [date.fromisoformat(day) for _, day in heads if day != "unreleased"]
    assert len(days) >= len(heads) - 1
    assert days == sorted(days, reverse=True)


def test_documents_link_to_files_that_are_there() -> None:
    shown = subprocess.run(
        ["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in shown.stdout.splitlines():
        text = (ROOT / name).read_text(encoding="utf-8")
        for link in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", text):
            assert (ROOT / name).parent.joinpath(link).exists(), f"{name}: {link}"
