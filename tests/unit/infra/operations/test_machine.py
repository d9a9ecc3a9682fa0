"""Operations on units and trust, each with something to do and with nothing."""

import base64
from pathlib import Path

import pytest

from infra.facts.machine import (
    DockerStale,
    ExtraTrust,
    UnitStates,
)
from infra.facts.slipway import SlipwayState
from infra.onhost.layout import LAYOUT
from infra.operations import machine
from tests.support.operations import Outcome, doing, known, nothing, outcome

RUNS = {"ActiveState": "active", "UnitFileState": "enabled", "NeedDaemonReload": "no"}


def units(start: list[str], **states: dict[str, str] | None) -> Outcome:
    names = ["a.timer", "b.service"]
    found = {name.replace("_", "."): state for name, state in states.items() if state}
    fact = known(UnitStates, found, names=tuple(names))
    return outcome(machine.start_units, fact, names=names, start=start)


def test_units_that_run_are_left_alone() -> None:
    assert units(["a.timer"], a_timer=RUNS, b_service=RUNS) == nothing(
        "1 units are enabled and active"
    )


@pytest.mark.parametrize(
    "state",
    [None, RUNS | {"ActiveState": "failed"}, RUNS | {"UnitFileState": "disabled"}],
)
def test_a_unit_to_start_is_enabled_and_started(state: dict[str, str] | None) -> None:
    assert units(["a.timer"], a_timer=state, b_service=RUNS) == doing(
        "systemctl enable --now --quiet a.timer"
    )


def test_a_unit_that_is_not_to_start_may_be_down() -> None:
    assert units([], a_timer=RUNS | {"ActiveState": "inactive"}).commands == []


def test_changed_units_are_read_before_any_is_started() -> None:
    found = units(["a.timer"], a_timer=None, b_service=RUNS | {"NeedDaemonReload": "yes"})
    assert found.commands == ["systemctl daemon-reload", "systemctl enable --now --quiet a.timer"]


def trusted(names: list[str], stale: bool) -> Outcome:
    fact = known(ExtraTrust, {"names": {"slipway-1.crt", "slipway-2.crt"}, "stale": stale})
    return outcome(machine.trust_authorities, fact, names=names)


BOTH = ["slipway-1.crt", "slipway-2.crt"]


def test_a_bundle_that_is_current_is_left_alone() -> None:
    assert trusted(BOTH, stale=False) == nothing("the CA bundle is up to date")


def test_a_stale_bundle_is_made_anew() -> None:
    assert trusted(BOTH, stale=True) == doing("update-ca-certificates --fresh")


def test_a_ca_that_left_the_settings_is_trusted_no_longer() -> None:
    assert trusted(BOTH[1:], stale=False) == doing(
        f"rm --force {LAYOUT.ca_certificates}/slipway-1.crt", "update-ca-certificates --fresh"
    )


def test_dockerd_is_restarted_only_when_it_is_stale() -> None:
    def current(stale: bool) -> Outcome:
        return outcome(machine.start_docker, known(DockerStale, stale, files=("/a",)), files=["/a"])

    assert current(False) == nothing("dockerd runs with its configuration")
    assert current(True) == doing(
        "systemctl enable --quiet docker; systemctl reload docker; systemctl restart docker"
    )


def certbot(link: str, *broken: str) -> Outcome:
    state = {"certbot": link, "broken": list(broken)}
    fact = known(SlipwayState, state, question="environments-state")
    folder = Path("/opt/slipway/certbot/new")
    return outcome(machine.install_certbot, fact, folder=folder, requirements=b"certbot\n",
                   environment={"https_proxy": "http://p:3128"})  # fmt: skip


def test_certbot_of_this_lock_is_left_alone() -> None:
    assert certbot("/opt/slipway/certbot/new") == nothing("certbot is installed")


def test_certbot_is_made_anew_when_its_environment_is_broken() -> None:
    new = "/opt/slipway/certbot/new"
    assert "python3 -m venv --clear" in certbot(new, new).commands[0]


@pytest.mark.parametrize("link", ["", "/opt/slipway/certbot/old"])
def test_certbot_is_linked_once_all_of_it_is_there(link: str) -> None:
    found = certbot(link)
    folder, bundle = "/opt/slipway/certbot/new", "/etc/ssl/certs/ca-certificates.crt"
    assert found.commands == [
        f"set -e; exec 9>{LAYOUT.certbot_lock}; flock --wait 900 9 || {{ echo 'another pip installs"
        " certbot on this host and has not ended: pgrep -af pip shows it' >&2; exit 1; };"
        f" python3 -m venv --clear {folder};"
        f" base64 --decode > {folder}/requirements.txt;"
        f" https_proxy=http://p:3128 PIP_CERT={bundle} {folder}/bin/pip install --quiet"
        " --no-cache-dir --disable-pip-version-check --only-binary :all: --require-hashes"
        f" --requirement {folder}/requirements.txt;"
        f" ln --symbolic --force --no-dereference {folder} /opt/.certbot.new;"
        " mv --no-target-directory /opt/.certbot.new /opt/certbot"
    ]
    assert found.inputs == [base64.b64encode(b"certbot\n").decode()]
