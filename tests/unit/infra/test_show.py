"""What hosts say is shown under their names, as text or as one JSON document, by pyinfra itself."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from infra import show
from tests.support.processes import ROOT

SAID = "no answer: standard error shows the reason"
SILENT = {"error": SAID}
INVENTORY = """
settings = {"domain": "app.example.org", "email": "you@example.org"}
refused = {"ssh_hostname": "127.0.0.1", "ssh_port": 1}
hosts = [("@local", {"settings": settings})]
others = [("gone", refused | {"settings": settings})]
"""


def bin_slipway(*words: object, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """What an operator runs, without a terminal to ask for sudo's password."""
    return subprocess.run(
        [ROOT / "bin" / "slipway", *map(str, words)],
        cwd=cwd,
        env={**os.environ, "PYINFRA_PROGRESS": "off"},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    """This machine, which has no Slipway, and another host, which lets nobody in."""
    (tmp_path / "hosts.py").write_text(INVENTORY)
    return tmp_path / "hosts.py"


@pytest.mark.parametrize("question", ["status", "history"])
def test_hosts_without_an_answer_are_named_and_the_exit_code_is_1(
    question: str, inventory: Path
) -> None:
    done = bin_slipway(question, "--json", "--inventory", inventory)
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout) == {"@local": SILENT, "gone": SILENT}
    assert "[gone]" in done.stderr
    assert "could not load fact" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_person_sees_them_under_their_names(inventory: Path) -> None:
    done = bin_slipway("status", "--inventory", inventory.name, cwd=inventory.parent)
    assert done.returncode == 1
    assert done.stdout == f"@local:\n  {SAID}\n\ngone:\n  {SAID}\n"


@pytest.mark.parametrize(
    ("limit", "name"),
    [("gone", "gone"), ("g*", "gone"), ("others", "gone"), ("@local", "@local")],
)
def test_only_the_hosts_of_a_limit_are_asked(inventory: Path, limit: str, name: str) -> None:
    done = bin_slipway("status", "--json", "--inventory", inventory, "--limit", limit)
    assert json.loads(done.stdout) == {name: SILENT}
    assert done.returncode == 1


def test_a_wrong_inventory_is_refused_as_for_a_deploy(tmp_path: Path) -> None:
    missing = bin_slipway("status", "--json", "--inventory", tmp_path / "none.py")
    assert (missing.returncode, missing.stdout) == (1, "")
    assert f"the inventory file {tmp_path / 'none.py'} does not exist" in missing.stderr
    (tmp_path / "wrong.py").write_text("hosts = ['one']")
    wrong = bin_slipway("status", "--json", "--inventory", tmp_path / "wrong.py")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "one: settings: must be a dict" in wrong.stderr


def test_its_help_names_the_questions() -> None:
    done = bin_slipway("--help")
    assert done.returncode == 0
    assert all(f"\n    {question}" in done.stdout for question in show.QUESTIONS)
    assert bin_slipway("fly").returncode == 2


def test_answers_are_one_document_or_a_screen_for_each_host() -> None:
    answers = {"one.example.org": ["{", '"release": "a"}'], "two.example.org": []}
    found = json.loads(show.as_json(answers))
    assert found == {"one.example.org": {"release": "a"}, "two.example.org": SILENT}
    told = show.as_text({"one.example.org": ["release  a", "attention  nothing"]})
    assert told == "one.example.org:\n  release  a\n  attention  nothing"
