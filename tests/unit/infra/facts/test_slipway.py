"""What Slipway's own program on a host answers, and what is said where there is none."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.facts import slipway as facts
from infra.facts.login_shell import MARKER
from infra.facts.slipway import SlipwayAnswer, SlipwayState, SlipwayText
from infra.onhost.layout import Layout
from tests.support.facts import ask, program


@pytest.fixture
def slipway(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts the command `slipway` on a host below a directory; it runs this script."""
    layout = Layout(tmp_path)
    monkeypatch.setattr(facts, "LAYOUT", layout)
    folder = layout.command.parent
    folder.mkdir(parents=True)
    return lambda script: program(folder, layout.command.name, script)


def test_the_host_s_program_answers_in_its_last_line(
    slipway: Callable[[str], None],
) -> None:
    slipway("""echo "a warning" >&2; echo progress; echo '{"up": true}'""")
    assert ask(SlipwayState(), question="base-state") == {"up": True}


@pytest.mark.parametrize("script", ["exit 1", "echo broken >&2; exit 1"])
def test_a_program_that_fails_or_is_missing_answers_nothing(
    slipway: Callable[[str], None], script: str
) -> None:
    assert ask(SlipwayState(), question="base-state") == {}
    slipway(script)
    assert ask(SlipwayState(), question="base-state") == {}


def test_an_answer_that_cannot_be_had_is_an_error_and_not_empty(
    slipway: Callable[[str], None],
) -> None:
    question = ["sh", "-c", SlipwayAnswer().command(question="release-state")]
    absent = subprocess.run(question, capture_output=True, text=True, check=False)
    assert absent.returncode == 1
    assert absent.stderr == "Slipway is not on this host: deploy to it first\n"
    slipway("echo 'slipway release-state: broken' >&2; exit 1")
    broken = subprocess.run(question, capture_output=True, text=True, check=False)
    assert (broken.returncode, broken.stderr) == (1, "slipway release-state: broken\n")
    slipway("""echo '{"kept": []}'""")
    assert ask(SlipwayAnswer(), question="release-state") == {"kept": []}


def test_what_a_person_asked_for_is_answered_or_refused_aloud(
    slipway: Callable[[str], None],
) -> None:
    question = ["sh", "-c", SlipwayText().command(question="status --json")]
    absent = subprocess.run(question, capture_output=True, text=True, check=False)
    assert (absent.returncode, absent.stdout) == (1, f"{MARKER}\n")
    assert absent.stderr == "Slipway is not on this host: deploy to it first\n"
    slipway('echo "$*"; echo broken >&2; exit 1')
    broken = subprocess.run(question, capture_output=True, text=True, check=False)
    assert (broken.returncode, broken.stderr) == (1, "broken\n")
    slipway('echo "$*"')
    assert ask(SlipwayText(), question="status --json") == ["status --json"]
