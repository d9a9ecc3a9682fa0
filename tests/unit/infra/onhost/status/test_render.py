"""What the commands show a person, word by word."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from infra.onhost.releases import history
from infra.onhost.status import render
from tests.support.onhost import entry

GIB = 1024**3
FOUND: dict[str, Any] = {
    "release": "0123456789ab",
    "switch": "",
    "site": True,
    "containers": [
        {"name": "slipway-base-nginx-1", "status": "Up 3 days (healthy)"},
        {"name": "slipway-0123456789ab-web-1", "status": "Up 2 hours (healthy)"},
    ],
    "certificate": {
        "source": "acme",
        "names": ["app.example.org", "www.example.org"],
        "ends": "2026-03-04T05:06:07+00:00",
        "days": 29.5,
        "lifetime": 90.0,
        "fine": True,
    },
    "queues": {
        "queued": 1,
        "started": 2,
        "scheduled": 3,
        "deferred": 4,
        "failed": 5,
        "workers": 6,
        "memory": 7,
    },
    "disk": {"used": 7.25 * GIB, "total": 20 * GIB},
    "memory": {"used": GIB // 2, "total": 2 * GIB},
    "attention": [],
}


def test_the_status_of_a_host_that_is_well_fits_one_screen() -> None:
    assert render.status(FOUND).splitlines() == [
        "release                     0123456789ab",
        "site                        answers",
        "certificate                 until 2026-03-04 05:06 UTC, 29.5 of 90.0 days left,"
        " acme, for app.example.org, www.example.org",
        "jobs                        1 queued, 2 started, 3 scheduled, 4 deferred, 5 failed,"
        " 6 workers",
        "disk                        7.2 of 20.0 GiB (36 %)",
        "memory                      0.5 of 2.0 GiB (25 %)",
        "slipway-base-nginx-1        Up 3 days (healthy)",
        "slipway-0123456789ab-web-1  Up 2 hours (healthy)",
        "attention                   nothing",
    ]


def test_what_is_amiss_takes_the_place_of_what_is_well() -> None:
    given = FOUND | {
        "release": "",
        "switch": "deploy of release 01 by me, process 2, since now",
        "site": False,
        "containers": None,
        "certificate": None,
        "queues": None,
        "disk": None,
        "memory": None,
        "attention": [
            {"text": "no release is live", "remedy": "deploy"},
            {"text": "the disk is nearly full", "remedy": "make room"},
        ],
    }
    assert render.status(given).splitlines() == [
        "release      none",
        "under way    deploy of release 01 by me, process 2, since now",
        "site         does not answer as it should",
        "certificate  unknown",
        "jobs         unknown",
        "disk         unknown",
        "memory       unknown",
        "containers   unknown",
        "ATTENTION    no release is live",
        "    to do    deploy",
        "ATTENTION    the disk is nearly full",
        "    to do    make room",
    ]


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A host whose operator lives by another clock than UTC."""
    with monkeypatch.context() as on:
        on.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("berlin")
def test_the_history_has_the_newest_first_and_the_operator_s_time() -> None:
    first, second, third = entry("0123456789ab"), entry("ba9876543210"), entry("0123456789ab")
    first.began = 1_767_225_600.9  # 2026-01-01 00:00 UTC
    first.by = first.revision = ""
    second.began = 1_782_864_000.0  # 2026-07-01 00:00 UTC
    second.result, second.reason = history.REFUSED, "release ba98 is not healthy after 5 s"
    second.stages = {"start": 1.04, "health": 5.0, "checks": 0.09}
    second.probe = {"requests": 120.0, "failed": 0, "longest_gap_ms": 56, "p99_ms": 12}
    third.began = second.began + 60
    third.kind, third.result = "rollback", history.INTERRUPTED
    assert render.history([first, second, third]).splitlines() == [
        "2026-07-01 02:01:00  rollback  0123456789ab  interrupted    0.0 s  by me  from 0123",
        "2026-07-01 02:00:00  deploy    ba9876543210  refused        6.1 s  by me  from 0123"
        "  120 requests, 0 failed, longest gap 56 ms, p99 12 ms",
        "    release ba98 is not healthy after 5 s",
        "    start 1.0, health 5.0",
        "2026-01-01 01:00:00  deploy    0123456789ab  live           0.0 s  by root",
    ]


def test_before_the_first_release_the_history_says_so() -> None:
    assert render.history([]) == "no release yet"
