"""What the watchdog remembers from look to look: tries, waits and what was told."""

import pytest

from infra.onhost.command import Failure
from infra.onhost.watchdog import memory
from infra.onhost.watchdog.fault import Fault
from infra.onhost.watchdog.memory import ROOM, Memory
from infra.onhost.watchdog.watch import watch
from tests.support.onhost import Host
from tests.support.onhost.watched import docker, done, well

WHAT = "web"


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> Memory:
    at(monkeypatch, 0)
    found = Memory()
    found.note(Fault(WHAT, "is gone"))
    return found


def at(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    monkeypatch.setattr("time.monotonic", lambda: 1000.0 + seconds)


def test_the_first_try_is_at_once_and_each_wait_is_twice_the_one_before(known: Memory) -> None:
    assert known.is_due(WHAT, 0, 0)
    waits = [known.tried(WHAT, 0, 0) for _ in range(8)]
    assert waits == [30, 60, 120, 240, 480, 900, 900, 900]


def test_patience_puts_off_the_first_try_and_makes_each_wait_longer(
    known: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not known.is_due(WHAT, 120, 0)
    at(monkeypatch, 120)
    assert known.is_due(WHAT, 120, 0)
    assert [known.tried(WHAT, 120, 0) for _ in range(3)] == [240, 480, 900]


def test_with_room_on_a_disk_that_was_full_the_next_try_is_due_at_once(known: Memory) -> None:
    known.tried(WHAT, 0, room=1000)
    assert not known.is_due(WHAT, 0, 1000 + ROOM)
    assert known.is_due(WHAT, 0, 1001 + ROOM)


def test_what_is_well_for_a_while_is_forgotten(
    known: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    known.tried(WHAT, 0, 0)
    known.forget_well(set())
    at(monkeypatch, 29)
    known.forget_well(set())
    known.forget_well({WHAT})
    assert known.troubles[WHAT].tries == 1
    at(monkeypatch, 59)
    known.forget_well(set())
    assert known.troubles == {}


def test_it_is_kept_from_look_to_look_in_a_file(host: Host) -> None:
    with memory.kept(host) as first:
        first.note(Fault(WHAT, "is gone"))
        first.tried(WHAT, 0, 5)
    with memory.kept(host) as second:
        assert second.troubles[WHAT].tries == 1
        assert second.looked > 0


@pytest.mark.parametrize("text", ["", "{", "[]", '{"troubles": 1}', '{"other": {}}', "\0"])
def test_a_file_that_cannot_be_read_is_begun_anew(host: Host, text: str) -> None:
    host.layout.watchdog_memory.write_text(text)
    watch(host)
    assert memory.read(host).looked > 0


def test_a_look_that_fails_is_no_look(host: Host) -> None:
    """The guard asks for the last one, and tells of a watchdog that always fails."""
    host.program("systemctl", "exit 1")
    with pytest.raises(Failure):
        watch(host)
    assert memory.read(host).looked == 0


def test_a_try_that_fails_is_said_and_told_with_its_reason_when_it_does_not_help(
    host: Host, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = well(host)
    del found["web"]
    docker(host, found.values())
    fake = host.root / "programs" / "docker"
    refuse = 'case "$*" in *" up "*) echo no space left >&2; exit 1;; esac\n'
    first, _, rest = fake.read_text().partition("\n")
    fake.write_text(f"{first}\n{refuse}{rest}")
    for seconds in (0, 10, 31, 92, 100, 110):
        at(monkeypatch, seconds)
        watch(host)
    said = capsys.readouterr().err
    assert said.count("web is missing: making it again") == 3
    assert "making it again failed: docker compose --project-directory" in said
    assert "that was try 3; the next one is in 120 s at the earliest" in said
    text = (host.layout.pending_alerts / "watchdog-slipway-a-web").read_text()
    assert "The watchdog has tried 3 times: making it again." in text
    assert "no space left" in text
    assert len([step for step in done(host) if "slipway-alert" in step]) == 1
