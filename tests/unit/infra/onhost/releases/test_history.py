"""The history of releases: what is kept of each switch, and what one could go back to."""

import os
from collections.abc import Iterator

import pytest

from infra.onhost import command, locks
from infra.onhost.releases import history
from tests.support.onhost import Host, entry, new_host

LIVE, REFUSED, INTERRUPTED, UNDER_WAY = "live", "refused", "interrupted", "under way"


@pytest.fixture(autouse=True)
def host() -> Iterator[Host]:
    with new_host() as host:
        yield host


def results(host: Host) -> dict[str, str]:
    return {entry.release: entry.result for entry in history.read(host)}


def told(host: Host, *steps: str) -> None:
    """Switches in short: `b` is deployed, `<b` is gone back to, `!b` is refused."""
    live = ""
    for number, step in enumerate(steps):
        name = step[-1]
        found = entry(name, live, "rollback" if step[0] == "<" else "deploy")
        found.id = str(number)
        found.result = REFUSED if step[0] == "!" else LIVE
        history.write(host, found)
        live = live if step[0] == "!" else name


def test_before_the_first_switch_there_is_none(host: Host) -> None:
    assert history.read(host) == []
    assert history.previous(host, "") == ""
    assert history.kept(host, 3) == []


def test_a_switch_is_one_entry_with_all_that_is_known_of_it_last(host: Host) -> None:
    first = entry("a", result=UNDER_WAY)
    history.write(host, first)
    history.write(host, entry("b"))
    with history.stage(host, first, "start"):
        pass
    first.result, first.reason = REFUSED, 'said "é"\nand more'
    first.probe = {"requests": 3}
    history.write(host, first)
    assert history.read(host) == [first, entry("b")]
    assert list(first.stages) == ["start"]


def test_a_stage_is_timed_in_hundredths_when_it_fails_too(host: Host) -> None:
    found = entry("a")
    with pytest.raises(command.Failure), history.stage(host, found, "health"):
        command.run("sh", "-c", "sleep 0.0312; exit 1")
    took = found.stages["health"]
    assert 0.03 <= took < 3
    assert took == round(took, 2)


def test_every_line_is_readable_by_all_and_added_to_what_is_there(host: Host) -> None:
    history.write(host, entry("a"))
    before = host.layout.history.read_bytes()
    history.write(host, entry("b"))
    assert host.layout.history.read_bytes().startswith(before)
    assert host.layout.history.stat().st_mode & 0o777 == 0o644 & ~_umask()


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def test_a_beginning_without_an_end_was_interrupted(host: Host) -> None:
    for name in "ab":
        history.write(host, entry(name, result=UNDER_WAY))
    assert results(host) == {"a": INTERRUPTED, "b": INTERRUPTED}


def test_a_switch_that_was_killed_says_in_which_stage(host: Host) -> None:
    killed = entry("a", result=UNDER_WAY)
    killed.now = "traffic"
    history.write(host, killed)
    assert [found.reason for found in history.read(host)] == ["in the stage 'traffic'"]


def test_a_stage_can_be_read_while_it_lasts_and_no_more_after_it(host: Host) -> None:
    found = entry("a", result=UNDER_WAY)
    with history.stage(host, found, "health"), locks.lock(host.layout.lock, "a test"):
        assert [(entry.now, entry.result) for entry in history.read(host)] == [
            ("health", UNDER_WAY)
        ]
    assert found.now == ""


def test_the_last_one_is_under_way_while_the_lock_is_held(host: Host) -> None:
    for name in "ab":
        history.write(host, entry(name, result=UNDER_WAY))
    with locks.lock(host.layout.lock, "a test"):
        assert results(host) == {"a": INTERRUPTED, "b": UNDER_WAY}
    with locks.lock(host.layout.lock, locks.WATCHDOG):  # it cleans up
        assert results(host) == {"a": INTERRUPTED, "b": INTERRUPTED}


@pytest.mark.parametrize(
    "torn",
    ['{"id": "x", "relea', "\0\0\0\0", "5", '"id"', "[]", "null", "{}", '{"id": []}', '{"id": 1}'],
)
def test_a_torn_line_is_passed_over_and_harms_no_other(host: Host, torn: str) -> None:
    history.write(host, entry("a"))
    with host.layout.history.open("a") as file:
        file.write(torn)
    assert results(host) == {"a": LIVE}
    history.write(host, entry("b"))
    assert results(host) == {"a": LIVE, "b": LIVE}


def test_bytes_that_are_no_text_are_passed_over_too(host: Host) -> None:
    history.write(host, entry("a"))
    with host.layout.history.open("ab") as file:
        file.write(b"\xff\xfe\n")
    history.write(host, entry("b"))
    assert results(host) == {"a": LIVE, "b": LIVE}


@pytest.mark.parametrize(
    ("steps", "current", "previous", "kept"),
    [
        ("a", "a", "", "a"),
        ("a b", "b", "a", "ba"),
        ("a b c", "c", "b", "cba"),
        ("a b c <b", "b", "a", "bca"),  # not c: going back twice leads back, not to and fro
        ("a b c <b <a", "a", "", "abc"),
        ("a b c <b d", "d", "b", "dbc"),
        ("a b !c", "b", "a", "ba"),
        ("a !b b", "b", "a", "ba"),
        ("a b a", "a", "b", "ab"),  # deployed anew: the settings went back, not the operator
        ("a b !a", "b", "a", "ba"),
        ("a b b", "b", "a", "ba"),  # started anew: what was before it is still before it
        ("a b c d", "d", "c", "dcb"),
    ],
)
def test_one_goes_back_to_what_was_live_before_the_deploy(
    host: Host, steps: str, current: str, previous: str, kept: str
) -> None:
    told(host, *steps.split())
    assert history.previous(host, current) == previous
    assert history.kept(host, 3) == list(kept)


def test_what_never_ended_is_nothing_to_go_back_to(host: Host) -> None:
    told(host, "a", "b")
    history.write(host, entry("c", "b", result=UNDER_WAY))
    assert history.kept(host, 3) == ["b", "a"]
    assert history.kept(host, 1) == ["b"]


def test_an_interrupted_switch_that_had_moved_can_be_gone_back_from(host: Host) -> None:
    told(host, "a")
    history.write(host, entry("b", "a", result=UNDER_WAY))
    assert history.previous(host, "b") == "a"
    again = entry("b", "b")
    again.id = "again"
    history.write(host, again)
    assert history.previous(host, "b") == "a"
    assert history.kept(host, 3) == ["b", "a"]


def test_a_fresh_start_counts_as_the_release_that_it_is_a_copy_of(host: Host) -> None:
    told(host, "a", "b")
    for name, live in (("b-2", "b"), ("b-3", "b-2")):
        history.write(host, entry(name, live, "restart"))
    assert history.previous(host, "b-3") == "a"
    assert history.kept(host, 2) == ["b-3", "a"]
    history.write(host, entry("a", "b-3", "rollback"))
    history.write(host, entry("c", "a"))
    assert history.kept(host, 3) == ["c", "a", "b-3"]


def test_the_name_of_a_fresh_start_says_of_what() -> None:
    assert [history.original(name) for name in ("r1a2b", "r1a2b-2", "r1a2b-13", "")] == [
        "r1a2b",
        "r1a2b",
        "r1a2b",
        "",
    ]
