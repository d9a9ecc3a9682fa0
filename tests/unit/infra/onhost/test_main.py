"""The command `slipway`: it runs on a bare Python, and from any directory."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from infra import programs
from infra.inventory import load
from infra.onhost import config, layout
from infra.onhost.__main__ import ACTIONS
from infra.onhost.command import Failure
from infra.onhost.services import docker
from infra.onhost.watchdog import STOP_SECONDS, remedy
from infra.setting_types import PROJECT

ONHOST = PROJECT / "infra" / "onhost"
MODULES = sorted(ONHOST.rglob("*.py"))
SETTINGS = load({"domain": "app.example.org", "email": "you@example.org"}, "one")


def imported(module: Path) -> list[str]:
    """What a module imports, those of its own package with a dot."""
    names = []
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names.append("." * node.level + (node.module or ""))
    return names


@pytest.mark.parametrize("module", MODULES, ids=lambda m: str(m.relative_to(ONHOST)))
def test_only_the_standard_library_is_imported(module: Path) -> None:
    # dns_records is run by certbot's Python, which has dnspython, and by itself.
    also = {"dns"} if module.stem == "dns_records" else set()
    for name in imported(module):
        depth = len(module.relative_to(ONHOST).parts)
        own = name.startswith(".") and not name.startswith("." * (depth + 1))
        assert own or name.split(".")[0] in sys.stdlib_module_names | also, name


@pytest.mark.parametrize("name", ["services/sockets.py", "certificates/dns_records.py"])
def test_what_other_pythons_run_is_a_file_of_its_own(name: str) -> None:
    assert not [name for name in imported(ONHOST / name) if name.startswith(".")]


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """The library as it stands on a host: the programs, and nothing else."""
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "onhost").symlink_to(ONHOST)
    return tmp_path / "lib"


def test_it_runs_without_any_package(library: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-S", "-P", "-W", "error", "-m", "onhost", "--help"],
        env={"PYTHONPATH": str(library)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert all(f"\n    {name}" in done.stdout for name in ACTIONS)


def test_it_runs_in_a_directory_with_modules_of_other_people(library: Path, tmp_path: Path) -> None:
    command = tmp_path / "slipway"
    link = tmp_path / "current"
    link.symlink_to(library)
    command.write_text(programs.COMMAND.replace(str(layout.CURRENT_PROGRAMS), str(link)))
    for name in ("json", "secrets", "argparse", "onhost"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('not of Slipway')\n")
    done = subprocess.run(
        ["sh", str(command), "--help"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: slipway ")


def test_a_deploy_meanwhile_does_not_mix_the_versions(tmp_path: Path) -> None:
    """The link moves while the first module is imported: the others are those beside it."""
    for version in ("one", "two"):
        (tmp_path / version / "onhost").mkdir(parents=True)
        (tmp_path / version / "onhost" / "second.py").write_text(f"NAME = {version!r}\n")
    link = tmp_path / "current"
    link.symlink_to("one")
    (tmp_path / "one" / "onhost" / "__main__.py").write_text(
        f"import os\nos.unlink({str(link)!r})\nos.symlink('two', {str(link)!r})\n"
        "from onhost.second import NAME\nprint(NAME)\n"
    )
    (tmp_path / "two" / "onhost" / "__main__.py").write_text("print('two')\n")
    command = tmp_path / "slipway"
    command.write_text(programs.COMMAND.replace(str(layout.CURRENT_PROGRAMS), str(link)))
    run = ["sh", str(command)]
    assert subprocess.check_output(run, text=True) == "one\n"
    assert subprocess.check_output(run, text=True) == "two\n"


@pytest.mark.parametrize("words", [[], ["fly"], ["switch"], ["watch", "more"]])
def test_wrong_use_ends_with_2(library: Path, words: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-S", "-P", "-m", "onhost", *words],
        env={"PYTHONPATH": str(library)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("usage: slipway")


def test_what_the_host_is_told_can_be_read_there(tmp_path: Path) -> None:
    path = tmp_path / "host.json"
    given = load(SETTINGS.model_dump() | {"secrets": {"secret_key": "config.py"}}, "one")
    path.write_text(programs.host_config(given).to_json())
    found = config.load(path)
    assert found == programs.host_config(given)
    assert found.secrets == ["admin_password", "redis_password", "secret_key"]
    assert found.made_secrets == ["admin_password", "redis_password"]
    assert found.certificate.acme_directory == "https://acme-v02.api.letsencrypt.org/directory"


@pytest.mark.parametrize("text", [None, "", "{", "[]", "{}", json.dumps({"domain": "x"})])
def test_a_configuration_that_is_not_ours_is_a_failure(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "host.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(Failure, match=r"host\.json: .*; a deploy writes this file"):
        config.load(path)


@pytest.mark.parametrize(
    ("state", "health", "command"),
    [
        ("running", "", None),
        ("running", "healthy", None),
        ("running", "starting", None),
        ("running", "unhealthy", ["docker", "restart", "--time", STOP_SECONDS]),
        ("exited", "", ["docker", "start"]),
        ("exited", "unhealthy", ["docker", "start"]),
        ("dead", "", ["docker", "start"]),
        ("created", "", ["docker", "start"]),
        ("restarting", "", None),
        ("paused", "", None),
    ],
)
def test_what_stopped_is_started_and_what_hangs_is_restarted(
    state: str, health: str, command: list[str] | None
) -> None:
    assert remedy(state, health) == command


def test_the_directories_admit_those_who_need_them_alone() -> None:
    found = {file.path: (file.mode, file.user, file.group) for file in programs.directories()}
    assert found[str(layout.SECRETS)] == ("700", 0, 0)
    assert found[str(layout.RELEASES)] == ("700", 0, 0)
    assert found[str(layout.TLS)] == ("750", 0, layout.NGINX_UID)
    assert found[str(layout.REDIS_SOCKETS)] == ("2770", layout.REDIS_UID, layout.REDIS_SOCKET_GID)
    assert not [path for path, (mode, _, _) in found.items() if int(mode, 8) & 0o002]


@pytest.mark.parametrize(
    ("status", "health"),
    [
        ("Up 3 minutes (healthy)", "healthy"),
        ("Up 3 minutes (unhealthy)", "unhealthy"),
        ("Up 2 seconds (health: starting)", "starting"),
        ("Up 3 minutes", ""),
        ("Up 3 minutes (Paused)", ""),
        ("Exited (137) 5 seconds ago", ""),
    ],
)
def test_a_container_s_health_is_read_from_docker_s_words(status: str, health: str) -> None:
    assert docker.health(status) == health
