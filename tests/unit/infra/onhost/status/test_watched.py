"""The status of those who watch: what lasts, and whether they look at all."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.onhost.alerts import guard
from infra.onhost.status import watched
from infra.onhost.watchdog import memory
from infra.onhost.watchdog.fault import Fault
from tests.support.onhost import Host, new_host


@pytest.fixture
def host() -> Iterator[Host]:
    with new_host() as host:
        with memory.kept(host):
            pass
        guard.write(host.layout.guard_memory, {})
        yield host


def texts(host: Host) -> list[tuple[str, str]]:
    return [(one.text, one.remedy) for one in watched.warnings(watched.state(host))]


def test_when_all_is_well_there_is_nothing_to_see(host: Host) -> None:
    assert texts(host) == []


def test_a_fault_that_was_told_and_lasts_is_shown_with_what_to_do(host: Host) -> None:
    for told, well in ((True, 0.0), (False, 0.0), (True, 7.0)):
        with memory.kept(host) as known:
            known.note(Fault("web", "web is missing", advice="deploy it"))
            known.troubles["web"].told, known.troubles["web"].well = told, well
        shown = [("web is missing (told by an alert)", "deploy it")]
        assert texts(host) == (shown if told and not well else [])


def test_what_the_guard_has_told_is_shown(host: Host) -> None:
    problems = {"a timer is off": {"since": 0, "told": True}, "another": {"told": False}}
    guard.write(host.layout.guard_memory, {"problems": problems})
    assert texts(host) == [("a timer is off", "deploy")]


@pytest.mark.parametrize("name", ["watchdog", "guard"])
def test_one_that_looks_no_more_is_shown(host: Host, name: str) -> None:
    file: Path = getattr(host.layout, f"{name}_memory")
    file.write_text(json.dumps(json.loads(file.read_text()) | {"looked": -1e9}))
    assert texts(host) == [
        (f"the {name} does not look at this host", f"journalctl -u slipway-{name}; deploy")
    ]
    file.unlink()  # as after a boot: they are about to look
    assert texts(host) == []
