"""`bin/slipway VERB`: on which hosts it runs, what they are told, and what it exits with."""

import subprocess
from pathlib import Path

import pytest

from infra import show
from infra.onhost.verbs.commands import COMMANDS
from infra.operator import verbs
from infra.origin import operator
from tests.support.processes import ROOT

INVENTORY = """
settings = {"domain": "app.example.org", "email": "you@example.org"}
hosts = [("one", {"settings": settings}), ("two", {"settings": settings})]
"""
# Says what it was asked, as a host that has Slipway would run it.
SSH = """#!/bin/sh
for last; do :; done
echo "Welcome, it is you!"
exec sh -c "$last"
"""
SLIPWAY = """#!/bin/sh
printf "<%s>" "$@"; echo
case $* in *fail*) exit 4;; *absent*) exit 127;; *unreachable*) exit 255;; esac
"""


HOSTS: dict[str, dict[str, object]] = {"one": {}, "two": {}}
ONE: dict[str, dict[str, object]] = {"one": {}}


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What an operator's machine and a host have; ssh leads to this machine."""
    folder = tmp_path / "programs"
    folder.mkdir()
    sudo = '#!/bin/sh\n[ "$1" = -n ] && shift; name=${1##*/}; shift; exec $name "$@"\n'
    texts = {"ssh": SSH, "slipway": SLIPWAY, "sudo": sudo, "id": "#!/bin/sh\necho 1000\n"}
    for name, text in texts.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    return folder


def run(hosts: dict[str, dict[str, object]], *words: str) -> int:
    """The exit code of bin/slipway with these words, when the inventory has these hosts."""
    return verbs.run(hosts, show.parser().parse_args(words))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["logs", "web", "-f"], "<logs><--follow><web>"),
        (["logs", "web", "worker", "--since", "2 hours", "-n", "5"],
         "<logs><--since=2 hours><--lines=5><web><worker>"),
        (["run", "--", "sh", "-c", "echo 'a  b'; exit 0", "--json"],
         "<run><sh><-c><echo 'a  b'; exit 0><--json>"),
        (["run", "flask", "--app", "app", "db"], "<run><flask><--app><app><db>"),
        (["jobs", "retry", "--all"], "<jobs><--all><retry>"),
        (["jobs", "show", "12ab"], "<jobs><show><12ab>"),
        (["jobs", "--json"], "<jobs><--json><list>"),
        (["get", "/metrics?a=b&c"], "<get></metrics?a=b&c>"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("programs")
def test_a_host_is_told_what_was_said_here(
    capfd: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    assert run(ONE, *words) == 0
    said = capfd.readouterr()
    assert (said.out.replace("<-->", ""), said.err) == (told + "\n", "")


@pytest.mark.usefixtures("programs")
def test_a_restart_says_who_wants_it(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(ONE, "restart", "worker") == 0
    assert capfd.readouterr().out == f"<restart><--by><{operator()}><worker>\n"


@pytest.mark.usefixtures("programs")
def test_several_hosts_are_asked_one_after_another(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(HOSTS, "jobs") == 0
    assert capfd.readouterr().out == "one:\n<jobs><list>\ntwo:\n<jobs><list>\n"


@pytest.mark.usefixtures("programs")
@pytest.mark.parametrize("words", [["run", "true"], ["shell"], ["logs", "--follow"]])
def test_what_has_one_terminal_wants_one_host(
    capfd: pytest.CaptureFixture[str], words: list[str]
) -> None:
    assert run(HOSTS, *words) == 1
    assert capfd.readouterr() == ("", "bin/slipway: name one host by --limit: one, two\n")
    assert run({}, *words) == 1
    assert capfd.readouterr() == ("", "bin/slipway: no host of the inventory is meant\n")


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["run", "fail"], 4, ""),
        (["run", "absent"], 127, ""),  # the command, and not Slipway
        (["get", "absent"], 1, "bin/slipway: one: Slipway is not there: deploy to it first\n"),
        (["get", "unreachable"], 1, "bin/slipway: one: the connection failed; the line above"),
    ],
)
@pytest.mark.usefixtures("programs")
def test_the_exit_code_is_the_command_s_own(
    capfd: pytest.CaptureFixture[str], words: list[str], code: int, told: str
) -> None:
    assert run(ONE, *words) == code
    assert capfd.readouterr().err.startswith(told)


def test_a_host_that_is_not_reached_by_ssh_is_refused(capfd: pytest.CaptureFixture[str]) -> None:
    assert run({"@docker/x": {}}, "jobs") == 1
    assert "@docker/x is not reached by SSH" in capfd.readouterr().err


def test_wrong_use_is_refused_here(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run(ONE, "jobs", "fly")
    assert "invalid choice: 'fly'" in capfd.readouterr().err


def test_the_inventory_is_read_by_pyinfra(programs: Path) -> None:
    (programs.parent / "hosts.py").write_text(INVENTORY)
    words = ["get", "--inventory", str(programs.parent / "hosts.py"), "--limit", "two", "/"]
    done = subprocess.run(
        [ROOT / "bin" / "slipway", *words], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "<get></>\n", "")
    wrong = subprocess.run(
        [ROOT / "bin" / "slipway", *words[:2], "none.py", "/"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "none.py" in wrong.stderr


@pytest.mark.parametrize(
    ("given", "understood"),
    [
        ("jobs retry --limit one 12 34", "jobs --limit one retry 12 34"),
        ("logs web --inventory=x worker --limit a --limit b",
         "logs --inventory=x --limit a --limit b web worker"),
        ("run --limit one flask --limit 3", "run --limit one flask --limit 3"),
        ("status --limit", "status --limit"),
        ("", ""),
    ],
)  # fmt: skip
def test_which_hosts_are_meant_may_stand_anywhere(given: str, understood: str) -> None:
    assert verbs.ordered(given.split()) == understood.split()


def test_its_help_names_every_verb() -> None:
    assert all(f"\n    {verb} " in show.parser().format_help() for verb in COMMANDS)
