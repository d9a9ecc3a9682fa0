"""The log of processes over releases, by entries as the journal gives them."""

import argparse
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from infra.checkout import CHECKOUT
from infra.onhost.command import Failure
from infra.onhost.verbs import logs
from tests.support.onhost import Host, new_host
from tests.support.processes import until

NAMES = """
slipway-r1a2b-web-1
slipway-r1a2b-2-web-1
slipway-r1a2b-2-worker-3
slipway-base-nginx-1
slipway-base-redis-1
slipway-bridge-nginx-1
slipway-acceptance-front-1
slipway-release-command
run-slipway-12ab
another
"""


@pytest.fixture
def host() -> Iterator[Host]:
    with new_host() as host:
        yield host


def entry(message: object, container: str = "", unit: str = "docker.service") -> dict[str, Any]:
    found = {"MESSAGE": message, "__REALTIME_TIMESTAMP": "1700000000000000", "_SYSTEMD_UNIT": unit}
    return found | ({"CONTAINER_NAME": container} if container else {})


def journal(host: Host, *entries: dict[str, Any], new: tuple[dict[str, Any], ...] = ()) -> None:
    """The journal has these entries, and these come while it is followed."""
    for name, lines in (("old", entries), ("new", new)):
        text = "".join(json.dumps(one) + "\n" for one in lines)
        host.calls.with_name(name).write_text(text)
    host.calls.with_name("names").write_text(NAMES)
    where = host.calls.parent
    host.program(
        "journalctl",
        f"case $* in *--field*) cat {where}/names;; *--follow*) cat {where}/new;"
        f" exec sleep 60;; *) cat {where}/old;; esac",
    )


def shown(host: Host, capsys: pytest.CaptureFixture[str], *process: str, **more: Any) -> list[str]:
    given = {"process": list(process), "follow": False, "since": "", "lines": 0, "release": ""}
    logs.show(host, argparse.Namespace(**given | more))
    return capsys.readouterr().out.splitlines()


def test_a_line_says_when_where_and_what(host: Host, capsys: pytest.CaptureFixture[str]) -> None:
    journal(
        host,
        entry("\x1b[31mred\x1b[0m", "slipway-r1a2b-web-1"),
        entry([0x1B, 0x5B, 0x6D, 0x68, 0xFF, 0x0A, 0x69], "slipway-r1a2b-2-worker-3"),
        entry(None, "slipway-base-nginx-1"),
        entry("it switches", unit="slipway-switch.service"),
    )
    lines = shown(host, capsys)
    assert [line.split(maxsplit=2)[2] for line in lines] == [
        "r1a2b         web      red",
        "r1a2b-2       worker   h\ufffd",
        "r1a2b-2       worker   i",
        "nginx",
        "switch   it switches",
    ]
    assert all(line.startswith("2023-11-1") for line in lines)


@pytest.mark.parametrize(
    ("process", "release", "names"),
    [
        (["web"], "", {"slipway-r1a2b-web-1", "slipway-r1a2b-2-web-1"}),
        (["web"], "r1a2b", {"slipway-r1a2b-web-1"}),
        (["worker", "nginx"], "", {"slipway-r1a2b-2-worker-3", "slipway-base-nginx-1"}),
        (["release-command"], "", {"slipway-release-command"}),
        ([], "r1a2b-2", {"slipway-r1a2b-2-web-1", "slipway-r1a2b-2-worker-3"}),
    ],
)
def test_the_journal_is_asked_for_what_is_wanted(
    host: Host,
    capsys: pytest.CaptureFixture[str],
    process: list[str],
    release: str,
    names: set[str],
) -> None:
    journal(host)
    shown(host, capsys, *process, release=release)
    words = host.called()[-1].split()
    found = {word.partition("=")[2] for word in words if word.startswith("CONTAINER_NAME=")}
    assert found == names
    assert "--lines 100" in host.called()[-1]


def test_units_are_asked_for_by_their_names(host: Host, capsys: pytest.CaptureFixture[str]) -> None:
    journal(host)
    shown(host, capsys, "switch", "web", since="10m")
    call = host.called()[-1]
    assert call.endswith(
        "CONTAINER_NAME=slipway-r1a2b-2-web-1 + _SYSTEMD_UNIT=slipway-switch.service"
    )
    assert "--since -10min" in call
    assert "--lines" not in call  # all of that time
    shown(host, capsys, "switch", since="10m", lines=5)
    assert "--lines 5" in host.called()[-1]


@pytest.mark.parametrize(
    ("process", "release", "told"),
    [(["wep"], "", "there is no process wep: choose of web"), (["redis"], "r1", "")],
)
def test_what_is_not_there_is_refused(
    host: Host, capsys: pytest.CaptureFixture[str], process: list[str], release: str, told: str
) -> None:
    with pytest.raises(Failure, match="process wep" if "wep" in told else "belong to no release"):
        shown(host, capsys, *process, release=release)


@pytest.mark.parametrize(
    ("given", "understood"),
    [
        ("10m", "-10min"), ("2h", "-2hour"), ("2 hours", "-2hour"), ("1d", "-1day"),
        ("30s", "-30sec"), ("3 weeks", "-3week"), ("2026-11-26 14:00", "2026-11-26 14:00"),
        ("yesterday", "yesterday"),
    ],
)  # fmt: skip
def test_a_time_may_be_short(given: str, understood: str) -> None:
    assert logs.since(given) == understood


def test_a_release_that_comes_later_is_followed_too_and_an_interrupt_ends_it(host: Host) -> None:
    old = entry("old", "slipway-r1a2b-web-1")
    journal(host, old, new=(entry("new", "slipway-r9-web-1"), entry("x", "another")))
    script = (
        "import argparse; from infra.onhost.verbs import logs\n"
        "logs.show(None, argparse.Namespace(process=['web'], follow=True, since='', lines=0,"
        " release=''))"
    )
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline().endswith("old\n")
        assert process.stdout.readline().endswith("new\n")
        until(lambda: "--follow" in host.calls.read_text(), "it follows")
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0


def test_who_has_seen_enough_is_no_failure(host: Host) -> None:
    journal(host, *[entry("x" * 200, "slipway-r1a2b-web-1")] * 2000)
    script = (
        "import argparse, sys; from infra.onhost.verbs import logs\n"
        "sys.exit(logs.show(None, argparse.Namespace(process=[], follow=False, since='', lines=0,"
        " release='')))"
    )
    done = subprocess.run(
        ["bash", "-c", '"$0" -c "$1" | head -n 1; exit ${PIPESTATUS[0]}', sys.executable, script],
        cwd=CHECKOUT,
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
