"""What Slipway's own program on a host answers, and what is said where there is none."""

import subprocess
from pathlib import Path

import pytest

from infra.facts.slipway import SlipwayState, SlipwayText
from infra.onhost import layout
from tests.support.facts import ask, program


def test_the_host_s_program_answers_in_its_last_line(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(programs, "slipway", """echo "a warning" >&2; echo progress; echo '{"up": true}'""")
    monkeypatch.setattr(layout, "COMMAND", programs / "slipway")
    assert ask(SlipwayState(), question="base-state") == {"up": True}


@pytest.mark.parametrize("script", ["exit 1", "echo broken >&2; exit 1"])
def test_a_program_that_fails_or_is_missing_answers_nothing(
    programs: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    monkeypatch.setattr(layout, "COMMAND", programs / "slipway")
    assert ask(SlipwayState(), question="base-state") == {}
    program(programs, "slipway", script)
    assert ask(SlipwayState(), question="base-state") == {}


def test_what_a_person_asked_for_is_answered_or_refused_aloud(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layout, "COMMAND", programs / "slipway")
    question = ["sh", "-c", SlipwayText().command(question="status --json")]
    absent = subprocess.run(question, capture_output=True, text=True, check=False)
    assert (absent.returncode, absent.stdout) == (1, "")
    assert absent.stderr == "Slipway is not on this host: deploy to it first\n"
    program(programs, "slipway", 'echo "$*"; echo broken >&2; exit 1')
    broken = subprocess.run(question, capture_output=True, text=True, check=False)
    assert (broken.returncode, broken.stderr) == (1, "broken\n")
    program(programs, "slipway", 'echo "$*"')
    assert ask(SlipwayText(), question="status --json") == ["status --json"]
