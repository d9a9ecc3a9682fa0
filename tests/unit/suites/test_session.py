"""What a run says of its suites, and that it ends what it started."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.site import wait_until
from tests.suites import __main__ as program
from tests.suites.lanes import alone, together
from tests.suites.programs import Programs, StoppedError
from tests.suites.session import Result, Session
from tests.tiers import SUITES, Stand, Suite


def suite(name: str, *steps: str, budget: int = 60) -> Suite:
    return Suite(name, 4, budget, (), steps=steps)


@pytest.fixture
def session() -> Session:
    return Session((), anew=False, deployed="deployed-x")


def test_a_suite_passes_when_all_its_steps_do(session: Session) -> None:
    found = alone(session, [suite("good", "echo one", "echo two"), suite("bad", "exit 3", "echo")])
    assert [(one.passed, one.lines) for one in found] == [(True, ["one", "two"]), (False, [])]


def test_suites_run_side_by_side_and_are_shown_whole(
    session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    steps = [f"echo {name}-1; sleep 0.3; echo {name}-2" for name in "ab"]
    began = time.monotonic()
    found = together(session, [suite(name, step) for name, step in zip("ab", steps, strict=True)])
    assert time.monotonic() - began < 2 * max(one.seconds for one in found)
    shown = capsys.readouterr().out
    for name in "ab":
        assert f"== {name}\n{name}-1\n{name}-2\n" in shown


def test_the_table_at_the_end_shows_pytests_last_line() -> None:
    lines = ["=== 3 failed, 5 passed in 61.2s (0:01:01) ===", "later"]
    line = Result(suite("x"), False, 59.6, lines).report()
    assert line.split() == f"x 60 s FAILED {lines[0]}".split()


@pytest.mark.parametrize(
    "line",
    [
        "113 passed, 3 skipped in 112.97s (0:01:52)",
        "===== 1 failed, 2 passed, 7 deselected in 0.10s =====",
        "============ no tests ran in 0.01s ============",
        "= 1 passed in 9.0s =",
    ],
)
def test_pytests_last_line_is_known_in_each_form(line: str) -> None:
    assert Result(suite("x"), True, 1, ["--- in 3.0s", line, "-- later"]).closing == line


def test_a_suite_without_pytests_last_line_is_told_by_its_own() -> None:
    assert "(without pytest's last line)" in Result(suite("x"), False, 1, ["hm"]).report()


def test_a_budget_is_shown_when_it_is_overrun_and_fails_nothing() -> None:
    found = Result(suite("x", budget=10), True, 11.0, ["= 1 passed in 9.0s ="])
    assert "over its budget of 10 s" in found.report()
    assert found.passed
    assert "budget" not in Result(suite("x", budget=10), True, 9.0, []).report()


SLEEP = "import time; print('up', flush=True); time.sleep(60)"


def test_a_stopped_run_ends_its_programs_and_starts_no_more() -> None:
    programs, ended = Programs(), list[BaseException]()
    said = threading.Event()

    def run() -> None:
        try:
            programs.run((sys.executable, "-c", SLEEP), lambda _: said.set(), {})
        except StoppedError as error:
            ended.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    assert said.wait(10)
    programs.stop()
    thread.join(10)
    assert len(ended) == 1
    with pytest.raises(StoppedError):
        programs.run((sys.executable, "-c", ""), print, {})


def test_a_run_that_is_told_to_end_says_so_and_leaves_nothing_running(
    session: Session, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    usual = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    file = tmp_path / "pid"
    step = f"echo $$ >{file}.new; mv {file}.new {file}; exec sleep 60"

    def end() -> None:
        wait_until(file.exists, 10)
        os.kill(os.getpid(), signal.SIGTERM)

    ending = threading.Thread(target=end)
    ending.start()
    try:
        assert program.executed(session, [suite("x", step)]) == 130
    finally:
        ending.join()
        for number, handler in usual.items():
            signal.signal(number, handler)
    assert capsys.readouterr().out.splitlines()[-1] == "Stopped by SIGTERM"
    assert not Path("/proc", file.read_text().strip()).exists()


def test_options_are_pytests_and_the_words_before_them_are_suites() -> None:
    divide: Callable[[list[str]], tuple[list[str], list[str]]] = program.words_and_options
    assert divide(["unit", "-k", "all"]) == (["unit"], ["-k", "all"])
    assert divide(["--lf"]) == ([], ["--lf"])
    assert divide(["all"]) == (["all"], [])


def test_an_option_may_leave_a_suite_without_a_test() -> None:
    assert 5 not in Session((), anew=False, deployed="").fine()
    assert 5 in Session(("-k", "x"), anew=False, deployed="").fine()


def test_pytest_is_given_all_marks_where_there_is_a_host(session: Session) -> None:
    for one in SUITES:
        words = session.pytest(one)
        assert ("--inventory" in words) == (one.stand is not Stand.HERE), one.name
        assert set(one.tests) <= set(words)


def test_the_help_has_a_line_for_each_suite() -> None:
    shown = program.usage()
    assert all(f"\n  {one.name} " in shown and f" {one.budget} s" in shown for one in SUITES)


def test_an_unknown_word_is_refused_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(["nowhere"]) == 2
    assert capsys.readouterr().err.startswith("bin/test: 'nowhere' is not a suite")
