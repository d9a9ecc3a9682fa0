"""What hosts say is shown under their names, as text or as one JSON document, by pyinfra itself."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pyinfra.api import Config, Inventory, State
from pyinfra.context import ctx_host, ctx_state
from pyinfra_testing.util import (  # type: ignore[import-untyped]  # it has no types
    FakeState,
    create_host,
)

from infra import show
from tests.unit.conftest import ROOT

NAMES = ("one.example.org", "two.example.org")
SILENT = {"error": "no answer: standard error says why"}
INVENTORY = """
settings = {"domain": "app.example.org", "email": "you@example.org"}
refused = {"ssh_hostname": "127.0.0.1", "ssh_port": 1}
hosts = [("@local", {"settings": settings}), ("gone", refused | {"settings": settings})]
"""


def ask(name: str, question: str, asked: str, lines: list[str]) -> None:
    """Has a host of this name answer when it is asked for this."""
    state = FakeState()
    host = create_host(state, facts={"host.SlipwayText": {f"question={asked}": lines}})
    host.name = name
    with ctx_state.use(state), ctx_host.use(host):
        show.answer(question)


@pytest.mark.parametrize(
    ("lines", "shown"),
    [
        (["release  01", "attention  nothing"], "  release  01\n  attention  nothing"),
        ([], "  no answer: standard error says why"),
    ],
)
def test_a_host_s_answer_is_shown_under_its_name(
    lines: list[str], shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ask("one.example.org", "status", "status", lines)
    assert capsys.readouterr().out == f"\none.example.org:\n{shown}\n\n"


def test_the_answers_of_all_hosts_are_one_document(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(show, "as_json", True)
    monkeypatch.setattr(show, "_answers", {})
    for name in NAMES:
        ask(name, "status", "status --json", [json.dumps({"release": name})])
        ask(name, "history", "history --json", ["[]"])
    ask("three.example.org", "history", "history --json", [])
    assert capsys.readouterr().out == ""
    inventory = Inventory((list(NAMES), {}))  # type: ignore[no-untyped-call]  # pyinfra's gap
    show.document(State(inventory, Config()), dry=False)  # type: ignore[no-untyped-call]  # its too
    expected = {name: {"status": {"release": name}, "history": []} for name in NAMES}
    assert json.loads(capsys.readouterr().out) == expected | {"three.example.org": SILENT}


@pytest.mark.parametrize(
    "words", [("status.py",), ("status.py", "-y"), ("history.py", "status.py")]
)
def test_hosts_without_an_answer_are_named_and_the_exit_code_is_1(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    """This machine has no Slipway, and the other host does not let anybody in."""
    inventory = tmp_path / "hosts.py"
    inventory.write_text(INVENTORY)
    done = subprocess.run(
        [Path(sys.executable).with_name("pyinfra"), "--json", inventory, *words],
        cwd=ROOT,
        env={**os.environ, "PYINFRA_PROGRESS": "off"},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        start_new_session=True,  # without a terminal to ask for sudo's password
    )
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout) == {"@local": SILENT, "gone": SILENT}
    assert "[gone]" in done.stderr
    assert "Traceback" not in done.stderr
