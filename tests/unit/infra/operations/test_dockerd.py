"""dockerd's configuration: what is needed comes in, and what others wrote stays."""

import json
from typing import Any

import pytest

from infra.facts.engine import CONFIGURATION, Engine, EngineReport
from infra.facts.slipway import Recorded
from infra.onhost.layout import LAYOUT
from infra.operations import dockerd
from tests.support.operations import Outcome, known, nothing, outcome

WANTED = {"live-restore": True}
FIRST = {"log-driver": "journald"}
MTU = {"bridge": {"com.docker.network.driver.mtu": "1400"}}


def merged(
    found: dict[str, Any], wanted: dict[str, Any], put: dict[str, Any] | None = None
) -> dict[str, Any]:
    return dockerd.merged(found, wanted, put or {})


def test_keys_of_others_stay() -> None:
    theirs = {"data-root": "/srv/docker", "bip": "10.9.0.1/24", "log-driver": "syslog"}
    assert merged(theirs, WANTED) == theirs | WANTED


def test_a_setting_takes_the_place_of_what_stood_there() -> None:
    assert merged({"mtu": 1500}, {"mtu": 1450})["mtu"] == 1450


def test_what_a_deploy_put_there_goes_with_its_setting() -> None:
    put = {"live-restore": True, "registry-mirrors": ["https://a.example.org"]}
    assert merged(put, WANTED, put) == WANTED
    theirs = {"registry-mirrors": ["https://b.example.org"]}
    assert merged(theirs, WANTED, put) == theirs | WANTED  # somebody has changed it since


@pytest.mark.parametrize(("found", "wanted"), [({"mtu": 1400}, {}), ({}, {"mtu": 1400})])
def test_the_networks_of_releases_have_the_mtu_of_dockers_own(
    found: dict[str, Any], wanted: dict[str, Any]
) -> None:
    assert merged(found, wanted)["default-network-opts"] == MTU


def test_an_mtu_that_is_set_for_networks_alone_stays() -> None:
    theirs = {"mtu": 1500, "default-network-opts": MTU}
    assert merged(theirs, {}) == theirs
    assert merged(theirs, {"mtu": 1300})["default-network-opts"]["bridge"] == {dockerd.MTU: "1300"}


def configured(engine: Engine, put: dict[str, Any] | None = None) -> Outcome:
    return outcome(
        dockerd.configure,
        known(EngineReport, engine),
        known(Recorded, put or {}, path=str(LAYOUT.dockerd_applied)),
        wanted=WANTED,
        first=FIRST,
    )


def text(engine: Engine) -> str:
    return dockerd.configuration(engine, WANTED, FIRST, {})


def test_a_host_without_docker_gets_what_others_may_need_too() -> None:
    assert json.loads(text(Engine())) == WANTED | FIRST
    theirs = Engine(programs={"dockerd": "/usr/bin/dockerd"})
    assert json.loads(text(theirs)) == WANTED


def test_a_file_that_has_what_is_needed_is_left_as_it_is_written() -> None:
    engine = Engine(configuration='{"live-restore":true,   "bip":"10.9.0.1/24"}')
    assert configured(engine, WANTED) == nothing(f"{CONFIGURATION} has what is needed")
    [only_the_record] = configured(engine).commands
    assert only_the_record.startswith("sh -c")


def test_dockerd_judges_a_new_file_before_it_takes_the_old_one_s_place() -> None:
    [put, accept] = configured(Engine(configuration="{}")).commands
    assert put.startswith("sh -c")
    assert accept.index("--validate") < accept.index("mv --force")


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("{'a': 1}", "is not JSON (Expecting property name enclosed in double quotes"),
        ("", "is not JSON (Expecting value"),
        ("[]", "is not a JSON object of dockerd's options"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(written: str, reason: str) -> None:
    with pytest.raises(ValueError, match="correct it") as told:
        dockerd.parse(written)
    assert str(told.value).startswith(f"{CONFIGURATION} {reason}")
