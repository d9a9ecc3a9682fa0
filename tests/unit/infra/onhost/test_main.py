"""The command `slipway`: it runs on a bare Python, and from any directory."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from infra import programs
from infra.checkout import CHECKOUT
from infra.onhost import config, layout
from infra.onhost.__main__ import _parser
from infra.onhost.command import Failure
from infra.onhost.commands import COMMANDS, INTERNAL
from infra.onhost.layout import LAYOUT, Layout
from infra.settings import load

ONHOST = CHECKOUT / "infra" / "onhost"
MODULES = sorted(ONHOST.rglob("*.py"))
SETTINGS = load({"domain": "app.example.org", "email": "you@example.org"}, "one")
# What units and deploys say besides the command.
WORDS = {
    "alert": ["slipway-check.service"],
    "drain": ["a"],
    "run-timer": ["report"],
    "start": ["a"],
    "retire": ["a"],
    "switch": ["a", "--kind", "rollback", "--by", "me", "--revision", "0123"],
}


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
    # Other Pythons run them, by themselves: certbot's, and the application's.
    also = {"dns_records": {"dns"}, "rq_jobs": {"redis", "rq"}}.get(module.stem, set())
    for name in imported(module):
        depth = len(module.relative_to(ONHOST).parts)
        own = name.startswith(".") and not name.startswith("." * (depth + 1))
        assert own or name.split(".")[0] in sys.stdlib_module_names | also, name


@pytest.mark.parametrize(
    "name", ["services/sockets.py", "certificates/dns_records.py", "verbs/rq_jobs.py"]
)
def test_what_other_pythons_run_is_a_file_of_its_own(name: str) -> None:
    assert not [name for name in imported(ONHOST / name) if name.startswith(".")]


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """The library as it stands on a host: the programs, and nothing else."""
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "onhost").symlink_to(ONHOST)
    return tmp_path / "lib"


def test_it_runs_without_any_package_and_lists_what_people_run(library: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-S", "-P", "-W", "error", "-m", "onhost", "--help"],
        env={"PYTHONPATH": str(library)},
        capture_output=True,
        text=True,
        check=True,
    )
    _, _, listed = done.stdout.partition("\n  COMMAND\n")
    assert re.findall(r"^    (\S+)", listed, re.MULTILINE) == list(COMMANDS)
    lines = [f"{name} {text}" for name, (text, _) in COMMANDS.items()]
    assert listed.partition("\n\n")[0].split() == " ".join(lines).split()  # and nothing else


@pytest.mark.parametrize("name", INTERNAL)
def test_what_units_and_deploys_call_is_understood_and_not_listed(name: str) -> None:
    words = WORDS.get(name, [])
    found = vars(_parser().parse_args([name, *words]))
    assert set(found.values()) == {name, *(word for word in words if not word.startswith("--"))}
    assert name not in COMMANDS
    assert name not in re.findall(r"^ *(\S+)", _parser().format_help(), re.MULTILINE)


def test_it_runs_in_a_directory_with_modules_of_other_people(library: Path, tmp_path: Path) -> None:
    command = tmp_path / "slipway"
    link = tmp_path / "current"
    link.symlink_to(library)
    command.write_text(programs.COMMAND.replace(str(LAYOUT.current_programs), str(link)))
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
    command.write_text(programs.COMMAND.replace(str(LAYOUT.current_programs), str(link)))
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
    paths = Layout(tmp_path)
    paths.config.mkdir(parents=True)
    given = load(
        SETTINGS.model_dump(exclude_unset=True) | {"secrets": {"secret_key": "config.py"}}, "one"
    )
    paths.host_config.write_text(programs.host_config(given).to_json())
    found = config.load(paths).config
    assert found == programs.host_config(given)
    assert found.secrets == ["admin_password", "redis_password", "secret_key"]
    assert found.made_secrets == ["admin_password", "redis_password"]
    assert found.certificate.acme_directory == "https://acme-v02.api.letsencrypt.org/directory"


OURS = json.loads(programs.host_config(SETTINGS).to_json())


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "No such file or directory"),
        ("", "line 1 is not JSON"),
        ('{\n"domain": }', "line 2 is not JSON"),
        ("[]", "it is not a JSON object"),
        ("null", "it is not a JSON object"),
        ("{}", "'domain' is missing"),
        (json.dumps(OURS | {"proxies": None}), "'proxies' has a value of the wrong type"),
        (json.dumps(OURS | {"aliases": [7]}), "'aliases' has a value of the wrong type"),
        (json.dumps(OURS | {"certificate": []}), "it is not a JSON object"),
    ],
)
def test_a_damaged_configuration_is_told_in_one_line(
    tmp_path: Path, content: str | None, why: str
) -> None:
    paths = Layout(tmp_path)
    paths.config.mkdir(parents=True)
    if content is not None:
        paths.host_config.write_text(content)
    with pytest.raises(Failure) as refused:
        config.load(paths)
    told = f"{paths.host_config} cannot be read: {why}. A deploy writes this file again"
    assert str(refused.value) == told


def test_the_directories_admit_those_who_need_them_alone() -> None:
    found = {file.path: (file.mode, file.user, file.group) for file in programs.directories()}
    assert found[str(LAYOUT.secrets)] == ("700", 0, 0)
    assert found[str(LAYOUT.releases)] == ("700", 0, 0)
    assert found[str(LAYOUT.tls)] == ("750", 0, layout.NGINX_UID)
    assert found[str(LAYOUT.redis_sockets)] == (
        "2770",
        layout.REDIS_UID,
        layout.REDIS_SOCKET_GID,
    )
    assert not [path for path, (mode, _, _) in found.items() if int(mode, 8) & 0o002]
