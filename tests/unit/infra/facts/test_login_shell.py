"""What login shells make of a command: real ones pass it on, with a greeting before its answer."""

import hashlib
import importlib
import inspect
import os
import pkgutil
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyinfra.api import FactBase, StringCommand
from pyinfra.api.exceptions import FactProcessError

import infra.facts
import infra.operations
from infra.facts.fact import Fact
from infra.facts.file_states import FileStates
from infra.facts.login_shell import MARKER, LoginShellError, answered, asked, portable
from infra.operations.operation import operation

# A login shell, and the file of its user that it reads before each command.
SHELLS = {
    "sh": ".profile",
    "bash": ".bashrc",
    "dash": ".profile",
    "zsh": ".zshenv",
    "fish": ".config/fish/config.fish",
    "tcsh": ".cshrc",
    "bsd-csh": ".cshrc",
}
NASTY = [
    "echo one; echo two",
    "echo 'a b' \"c d\"",
    "echo 'it'\"'\"'s'",
    "printf '%s\\n' 'a!b' '!!' '!$'",
    "printf '%s\\n' '\\\\' '\\'",
    "for x in 1 2; do\n  echo $x\ndone",
    "cat <<'END'\n$HOME `id` {a,b} ~ * ? [a] %self ^x^y # no comment\nEND",
    'if ! false; then echo "$((1 + 1))"; fi\nexit 3',
    "echo " + "word " * 3000,
    "echo '" + "x!\\ " * 10000 + "'",
    "echo 'h\u00e9llo \u2713'; echo ''; echo end",
]
GREETING = "echo Hello; echo you have mail"


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest) -> str:
    path = shutil.which(str(request.param))
    if not path:
        pytest.skip(f"{request.param} is not installed")
    return path


@pytest.fixture
def login(shell: str, tmp_path: Path) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """Runs a command as sshd and pyinfra do: the login shell gets it, and starts sh with it."""

    def run(
        command: str, greeting: str = "", given: str = ""
    ) -> "subprocess.CompletedProcess[str]":
        name = Path(shell).name
        startup = tmp_path / SHELLS[name]
        startup.parent.mkdir(parents=True, exist_ok=True)
        startup.write_text(f"{greeting}\n")
        return subprocess.run(
            [shell, "-c", f"sh -c {shlex.quote(command)}"],
            # bash reads its file for sshd alone, and here the file that BASH_ENV names.
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "BASH_ENV": str(startup),
                 "LANG": "C.UTF-8"},
            input=given, capture_output=True, text=True, check=False,
        )  # fmt: skip

    return run


@pytest.mark.parametrize("script", NASTY)
def test_a_login_shell_passes_a_script_on_unchanged(login: Any, script: str) -> None:
    expected = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=False)
    done = login(portable(script))
    assert (done.stdout, done.stderr, done.returncode) == (
        expected.stdout, expected.stderr, expected.returncode,
    )  # fmt: skip


def test_standard_input_is_the_script_s(login: Any) -> None:
    assert login(portable("tr 'a' '!'"), given="banana\n").stdout == "b!n!n!\n"


def test_a_greeting_is_no_part_of_the_answer(login: Any, shell: str) -> None:
    done = login(asked("echo 'one!'; echo two"), greeting=GREETING)
    assert answered(done.stdout.splitlines()) == ["one!", "two"]
    if Path(shell).name not in {"sh", "dash"}:
        assert done.stdout.startswith("Hello\n")


def test_a_fact_is_had_through_any_login_shell(login: Any, tmp_path: Path) -> None:
    path = tmp_path / "it's a \\ file|!"
    path.write_text("content")
    path.chmod(0o640)
    digest = hashlib.sha256(b"content").hexdigest()
    mode, uid, gid = "640", os.geteuid(), path.stat().st_gid
    done = login(FileStates().command((str(path),)), greeting=GREETING)
    states = FileStates().process(done.stdout.splitlines())
    assert states == {str(path): f"{mode}:{uid}:{gid}:{digest}"}


def test_what_cannot_be_decoded_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "sh").symlink_to("/bin/sh")
    done = subprocess.run(
        ["/bin/sh", "-c", portable("echo '!'")], env={"PATH": str(tmp_path)}, check=False
    )
    assert done.returncode != 0


@pytest.mark.parametrize("said", [[], ["This account is currently not available."]])
def test_a_login_shell_that_runs_nothing_gives_no_answer(said: list[str]) -> None:
    with pytest.raises(LoginShellError, match="ran no command"):
        answered(said)
    with pytest.raises(FactProcessError, match="ran no command"):
        FileStates().process(said)


def test_an_answer_may_be_empty() -> None:
    assert answered(["Hello", MARKER]) == []
    assert FileStates().process([MARKER]) == {}


def test_an_operation_s_commands_are_portable() -> None:
    @operation()
    def example() -> Any:
        yield "echo a"
        yield StringCommand("echo", "'!'", _stdin="given")

    assert [str(command) for command in example._inner()] == ["echo a", "echo '!'"]
    sent: Any = vars(example)["__wrapped__"]  # what pyinfra runs
    plain, encoded = sent()
    assert plain == "echo a"
    assert "!" not in encoded.get_raw_value()
    assert encoded.connector_arguments["_stdin"] == "given"


def modules(package: Any) -> list[Any]:
    names = [module.name for module in pkgutil.iter_modules(package.__path__)]
    return [importlib.import_module(f"{package.__name__}.{name}") for name in names]


def test_every_fact_and_every_operation_is_sent_portably() -> None:
    facts = [
        value
        for module in modules(infra.facts)
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, FactBase) and value is not FactBase
    ]
    assert len(facts) > 8
    assert [fact for fact in facts if not issubclass(fact, Fact)] == []
    for module in modules(infra.operations):
        assert getattr(module, "operation", operation) == operation, module
