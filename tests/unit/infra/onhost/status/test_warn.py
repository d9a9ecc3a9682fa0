"""What a person should look at, of all that one look found."""

from typing import Any

import pytest

from infra.onhost.status import warn

WELL: dict[str, Any] = {
    "release": "0123456789ab",
    "processes": ["worker"],
    "maintenance": "off",
    "containers": [
        {"name": "slipway-base-nginx-1", "health": "healthy", "state": "running"},
        {"name": "slipway-base-redis-1", "health": "healthy", "state": "running"},
        {"name": "slipway-0123456789ab-web-1", "health": "healthy", "state": "running"},
        {"name": "slipway-0123456789ab-worker-1", "health": "", "state": "running"},
    ],
    "certificate": {"fine": True, "problem": ""},
    "disk": {"used": 90, "total": 100},
    "queues": {"failed": 0, "memory": 70, "memory_limit": 100},
    "units": [],
    "last": {"release": "0123456789ab", "result": "live"},
}


def container(health: str, state: str) -> dict[str, Any]:
    """One more, of this state."""
    other = {"name": "one", "health": health, "state": state}
    return {"containers": [*WELL["containers"], other]}


def texts(found: dict[str, Any]) -> list[str]:
    """What needs attention."""
    return [one.text for one in warn.warnings(found)]


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"last": {}},  # no release yet, or none that is remembered
        {"last": {"release": "a", "result": "under way"}},
        {"queues": {"failed": 0, "memory": 100, "memory_limit": 0}},  # without a limit
    ],
)
def test_a_host_that_is_well_needs_no_attention(change: dict[str, Any]) -> None:
    assert warn.warnings(WELL | change) == []


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"release": ""}, "no release is live"),
        ({"maintenance": "on"}, "maintenance is on: visitors get 503"),
        (container("unhealthy", "running"), "one is unhealthy"),
        (container("starting", "running"), "one is starting"),
        (container("", "exited"), "one is exited"),
        (container("", "paused"), "one is paused"),
        ({"containers": WELL["containers"][:3]}, "there is no container of worker"),
        (container("", "restarting"), "one is restarting"),
        (
            {"certificate": {"fine": False, "problem": "not fresh, not served"}},
            "the certificate: not fresh, not served",
        ),
        ({"queues": WELL["queues"] | {"failed": 2}}, "2 jobs have failed"),
        (
            {"queues": WELL["queues"] | {"unserved": {"other": 3}}},
            "3 jobs wait in the queue other, but no worker reads it",
        ),
        (
            {"queues": WELL["queues"] | {"memory": 71}},
            "Redis is nearly full: when it is full, new jobs are refused",
        ),
        (
            {"units": ["slipway-certificate.service loaded failed failed Slipway certificate"]},
            "a unit has failed: slipway-certificate.service",
        ),
        (
            {"last": {"release": "ba98", "result": "refused"}},
            "the last release, ba98, was refused",
        ),
        (
            {"last": {"release": "ba98", "result": "interrupted"}},
            "the last release, ba98, was interrupted",
        ),
    ],
)
def test_what_is_amiss_is_said_in_a_line(change: dict[str, Any], line: str) -> None:
    [one] = warn.warnings(WELL | change)
    assert one.text == line
    assert one.remedy


@pytest.mark.parametrize(
    "part", ["containers", "certificate", "queues", "disk", "memory", "units", "last"]
)
def test_a_part_that_could_not_be_had_hides_no_other(part: str) -> None:
    given = WELL | container("unhealthy", "running") | {"maintenance": "on", part: None}
    lines = ["maintenance is on: visitors get 503", "one is unhealthy"]
    assert texts(given) == (lines[:1] if part == "containers" else lines)


def test_everything_that_is_amiss_is_said() -> None:
    given = WELL | container("unhealthy", "running") | {"release": "", "units": ["a x", "b y"]}
    assert texts(given) == [
        "no release is live",
        "one is unhealthy",
        "a unit has failed: a",
        "a unit has failed: b",
    ]
