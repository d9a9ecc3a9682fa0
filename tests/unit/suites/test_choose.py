"""Which suites a run takes, and that the table leaves out no file and no test."""

import subprocess

import pytest

from tests.suites.choose import (
    ROOT,
    UnknownSuiteError,
    choose,
    deployed,
    is_there,
    owners,
    part_of,
    parts,
    source,
    touched,
)
from tests.tiers import ALL, PARTS, SOURCES, SUITES, Suite

COMMITS = [f"{number:040x}" for number in range(PARTS)]
SLOW = {suite.name for suite in SUITES if suite.tier == 4}


def tracked() -> list[str]:
    shown = subprocess.run(("git", "ls-files", "-z"), cwd=ROOT, capture_output=True, check=True)
    return shown.stdout.decode().strip("\0").split("\0")


def chosen(*words: str, changed: tuple[str, ...] = (), commit: str = COMMITS[0]) -> set[str]:
    return {suite.name for suite in choose(words, changed, commit)}


def there(names: set[str]) -> set[str]:
    return {suite.name for suite in SUITES if suite.name in names and is_there(suite)}


def test_every_tracked_file_is_of_a_line_of_the_table() -> None:
    assert [path for path in tracked() if source(path) is None] == []


def test_every_test_belongs_to_one_suite() -> None:
    tests = [path for path in tracked() if path.startswith("tests/") and "/test_" in path]
    assert len(tests) > 100
    assert {path: owners(path) for path in tests if len(owners(path)) != 1} == {}


def test_the_table_names_only_suites_that_there_are() -> None:
    names = [suite.name for suite in SUITES]
    assert len(names) == len(set(names))
    assert {name for line in SOURCES for name in line.suites} <= set(names)


def test_a_file_that_nobody_knows_can_break_all_and_is_deployed() -> None:
    assert touched("new/thing.conf") == set(ALL)
    assert deployed("new/thing.conf")


@pytest.mark.parametrize(
    ("path", "suites"),
    [
        ("README.md", {"unit"}),
        ("docs/images/page.png", {"unit"}),
        ("tests/faults/releases/test_switch.py", {"unit", "releases"}),
        ("tests/faults/certificates/test_renewal.py", {"unit", "certificates"}),
        ("tests/browser/console.py", {"unit", "host"}),
        ("tests/second_app/app/notes.py", {"unit", "second-app"}),
        ("tests/unit/suites/test_choose.py", {"unit", "jobs"}),
        ("compose/development.yaml", {"unit", "development"}),
        ("tests/graders/test_answers.py", {"unit", "graders"}),
        ("pyproject.toml", set(ALL)),
        ("tests/tiers.py", set(ALL)),
        ("lab/boot.py", set(ALL) - {"jobs", "steady-rq"}),
        ("deploy.py", set(ALL) - {"jobs", "steady-rq", "lab"}),
    ],
)
def test_a_change_takes_what_it_can_break(path: str, suites: set[str]) -> None:
    assert touched(path) == suites


def test_changed_takes_what_any_of_the_files_can_break() -> None:
    changed = ("tests/graders/test_answers.py", "tests/faults/operation/test_base.py")
    assert chosen("changed", changed=changed) == {"unit", "graders", "operation"}
    assert chosen("changed") == set()


@pytest.mark.parametrize(
    ("path", "is_deployed"),
    [
        ("infra/onhost/__main__.py", True),
        ("app/__init__.py", True),
        ("nginx/site.conf.j2", True),
        ("requirements/certbot.txt", True),
        ("tests/inventory.py", True),
        ("lab/guest.py", True),
        ("tests/faults/operation/test_base.py", False),
        ("tests/host/test_http.py", False),
        ("docs/operating.md", False),
        ("compose/development.yaml", False),
    ],
)
def test_a_saved_host_is_told_apart_by_what_is_deployed(path: str, *, is_deployed: bool) -> None:
    assert deployed(path) is is_deployed


def test_without_words_the_first_three_tiers_and_a_part_of_the_slow_rest_are_taken() -> None:
    always = {suite.name for suite in SUITES if suite.tier <= 3}
    for commit in COMMITS:
        assert chosen(commit=commit) == there(always | part_of(commit))
        assert 0 < len(part_of(commit)) < len(SLOW)


def test_each_slow_suite_has_its_turn_once() -> None:
    taken = [name for commit in COMMITS for name in part_of(commit)]
    assert sorted(taken) == sorted(SLOW)


def test_a_commit_takes_the_same_part_each_time() -> None:
    assert part_of("8a37205acf51" + "0" * 28) == part_of("8a37205acf51" + "0" * 28)


def test_parts_take_about_as_long_as_each_other() -> None:
    suites = [Suite(f"s{budget}", 4, budget, ()) for budget in (600, 400, 310, 290, 200, 100)]
    found = parts(suites, 3)
    seconds = [sum(int(name[1:]) for name in part) for part in found]
    assert sorted(seconds) == [600, 600, 700]


def test_all_takes_every_suite_but_what_only_measures() -> None:
    assert chosen("all") == there(set(ALL))
    assert "bench" not in ALL


def test_suites_are_taken_by_their_names_in_the_order_of_the_table() -> None:
    assert [suite.name for suite in choose(["lab", "unit"], (), COMMITS[0])] == ["unit", "lab"]


def test_a_word_that_is_no_suite_is_refused() -> None:
    with pytest.raises(
        UnknownSuiteError, match="'faults' is not a suite; the suites are all, changed, unit"
    ):
        chosen("faults")


def test_a_suite_whose_tests_are_not_there_is_left_out() -> None:
    assert not is_there(Suite("x", 4, 1, ("tests/unit", "tests/nowhere")))
    assert is_there(Suite("x", 4, 1, ("tests/unit",)))
