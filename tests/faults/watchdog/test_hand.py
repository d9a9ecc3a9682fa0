"""A hand moved the link, edited a file or left a unit failed: the site serves, and says it."""

from collections.abc import Callable

import pytest

from infra.onhost import layout
from infra.onhost.layout import LAYOUT
from tests.faults.conftest import Target
from tests.faults.load import asked_steadily
from tests.faults.watchdog.conftest import TRIED, healed, looked
from tests.site import wait_until

pytestmark = pytest.mark.destructive
Told = Callable[[], str]


@pytest.mark.parametrize("how", ["ln -sfn {other} {link}", "ln -sfn none {link}", "rm {link}"])
def test_a_link_that_was_moved_by_hand_leads_back(target: Target, told: Told, how: str) -> None:
    current = target.release()
    others = target.run(f"ls {LAYOUT.releases}").split()
    other = next((name for name in others if name != current), "")
    if not other:
        assert target.deploy(app={"environment": {"COLOUR": "red"}}).returncode == 0
        other, current = current, target.release()
    wait_until(target.settled, 120)
    target.run(how.format(other=other, link=LAYOUT.current))
    healed(target, how, 30, lambda: target.site.works() and target.release() == current)
    looked(target)
    assert target.healthy()
    assert f"leading it to release {current}" in told()


def test_edited_routes_are_not_loaded_and_told(target: Target, told: Told) -> None:
    routes = LAYOUT.web / target.release() / "routes.conf"
    target.run(f"cp {routes} /root/kept")
    try:
        target.run(f"sed -i 's/location/# edited\\n    location/' {routes}")
        loaded = target.run(f"sha256sum {LAYOUT.loaded_routes}")
        wait_until(lambda: f"{routes} is not as it was deployed, and is not loaded" in told(), 180)
        looked(target)
        assert target.run(f"sha256sum {LAYOUT.loaded_routes}") == loaded
        assert "is not loaded" in target.run("slipway status")
        assert told().count("is not loaded") == 2  # in the subject and in the text
    finally:
        target.run(f"cp /root/kept {routes}")
    wait_until(lambda: "is not loaded" not in target.run("slipway status"), 120)


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize("name", ["release", layout.BASE_UNIT])
def test_a_unit_that_failed_is_started_once_its_cause_is_gone(target: Target, name: str) -> None:
    unit = layout.RELEASE_UNIT.format(release=target.release()) if name == "release" else name
    folder = f"{LAYOUT.units}/{unit}.d"
    target.run(
        f"mkdir {folder}; printf '[Service]\\nExecStart=\\nExecStart=/bin/false\\n'"
        f" > {folder}/broken.conf; systemctl daemon-reload; systemctl restart {unit}; true"
    )
    wait_until(lambda: target.run(f"systemctl is-active {unit}", check=False) == "failed", 60)
    looked(target, 1)
    target.run(f"rm -r {folder}; systemctl daemon-reload")
    healed(target, f"{name} failed", 150)
    assert target.run(f"systemctl is-active {unit}") == "active"


def test_a_deploy_is_not_refused_by_the_watchdog(target: Target, told: Told) -> None:
    """A tick holds the lock while the deploy begins, and another while it is at work."""
    hold = (
        "import time; from pathlib import Path; from onhost.locks import WATCHDOG, lock\n"
        "for _ in range(4):\n"
        f"    with lock(Path('{LAYOUT.lock}'), WATCHDOG): time.sleep(8)\n"
        "    time.sleep(1)\n"
    )
    target.run(f'echo "{hold}" > /root/hold.py')
    target.run(
        f"systemd-run --quiet --collect --unit hold --setenv PYTHONPATH={LAYOUT.current_programs}"
        " python3 -P /root/hold.py"
    )
    with asked_steadily(target) as failures:
        done = target.deploy(app={"environment": {"COLOUR": "blue"}})
    assert done.returncode == 0, done.stderr
    assert failures == []
    assert TRIED not in told()


def test_a_certificate_s_reload_leaves_nothing_for_the_watchdog(target: Target) -> None:
    """Whoever has nginx load its files says which routes were loaded."""
    container = target.container("nginx")
    life = target.run(f"docker inspect --format '{{{{.State.StartedAt}}}}' {container}")
    load = "from onhost import config, layout; from onhost.services import nginx"
    target.run(
        f"cd / && PYTHONPATH={LAYOUT.current_programs} python3 -P -c"
        f" '{load}; nginx.reload(config.load(layout.LAYOUT))'"
    )
    assert target.run(f"head -n 1 {LAYOUT.loaded_routes}") == f"# loaded by nginx, started {life}"
