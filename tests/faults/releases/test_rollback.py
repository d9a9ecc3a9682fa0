"""Going back: image, settings, secrets and site together, with nobody else's help."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.faults.conftest import INVENTORY, Target, pyinfra
from tests.faults.load import asked_steadily
from tests.site import wait_until

pytestmark = pytest.mark.destructive
OUTSIDE = "OUTPUT --protocol tcp --match multiport --dports 80,443,5000,14000 --jump REJECT"
LOOPBACK = "OUTPUT --out-interface lo --jump ACCEPT"


@contextmanager
def cut_off(target: Target) -> Iterator[None]:
    """The host reaches no registry, no package index and no CA."""
    target.run(f"iptables --insert {OUTSIDE} && iptables --insert {LOOPBACK}")
    try:
        yield
    finally:
        target.run(f"iptables --delete {OUTSIDE}; iptables --delete {LOOPBACK}")


def colour(target: Target, service: str) -> str:
    return target.run(f"docker exec {target.container(service)} printenv COLOUR", check=False)


def test_a_rollback_takes_everything_along_and_needs_nobody(target: Target) -> None:
    assert target.deploy().returncode == 0
    old = target.release()
    new = target.deploy(
        app={"environment": {"COLOUR": "red"}},
        processes={"worker": {"kind": "queue", "queues": ["other"]}},
    )
    assert new.returncode == 0, new.stderr
    assert (colour(target, "web"), colour(target, "worker")) == ("red", "red")
    with cut_off(target), asked_steadily(target) as failures:
        done = pyinfra(INVENTORY, "rollback.py", "-y", TEST_HOST=target.name)
    assert done.returncode == 0, done.stderr
    assert failures == []
    assert target.release() == old
    assert (colour(target, "web"), colour(target, "worker")) == ("", "")
    assert target.site.run_job(1)["state"] == "finished"
    assert target.history()[-1]["kind"] == "rollback"


def test_a_release_can_be_named(target: Target) -> None:
    first = target.release()
    for value in ("one", "two"):
        done = target.deploy(app={"environment": {"COLOUR": value}})
        assert done.returncode == 0, done.stderr
    words = ("--data", f"release={first}", INVENTORY, "rollback.py", "-y")
    assert pyinfra(*words, TEST_HOST=target.name).returncode == 0
    assert target.release() == first


def test_a_release_that_is_not_kept_is_refused_with_those_that_are(target: Target) -> None:
    words = ("--data", "release=abcdefabcdef", INVENTORY, "rollback.py", "-y")
    done = pyinfra(*words, TEST_HOST=target.name)
    assert done.returncode != 0
    assert "cannot go back to abcdefabcdef: this host keeps" in done.stderr
    assert "Traceback" not in done.stderr


def test_old_releases_go_and_the_kept_ones_stay_whole(target: Target) -> None:
    for number in range(3):
        wait_until(target.settled, 90)  # what was retired is gone by then
        done = target.deploy(app={"environment": {"COLOUR": str(number)}}, keep_releases=2)
        assert done.returncode == 0, done.stderr
    state = json.loads(target.run("slipway release-state"))
    assert len(state["kept"]) == 2
    folders = set(target.run("ls /opt/slipway/releases").split())
    assert set(state["kept"]) <= folders
    assert len(folders) <= 3  # a retired one may have been stopping
    for name in state["kept"]:
        image = target.run(f"grep -o 'slipway/app:[0-9a-f]*' /opt/slipway/releases/{name}/*.yaml")
        target.run(f"docker image inspect {image.splitlines()[0].strip()}")
    assert target.deploy().returncode == 0


def test_static_files_go_with_the_last_release_that_needs_them(target: Target) -> None:
    """An orphan, as releases leave behind whose files have other names, goes; the others stay."""
    listed = json.loads(target.run(f"cat /opt/slipway/releases/{target.release()}/static.json"))
    assert listed
    folder = "/var/lib/slipway/static"
    target.run(f"mkdir -p {folder}/old && touch {folder}/old/page.1.css")
    done = target.deploy(app={"environment": {"COLOUR": "static"}})
    assert done.returncode == 0, done.stderr
    found = target.run(f"cd {folder} && find . -type f -printf '%P\\n'").split()
    assert sorted(found) == sorted(listed)
    assert target.run(f"find {folder} -name old") == ""
    for name in listed:
        assert target.site.ask(f"/static/{name}").status == 200
    forgotten = f"/opt/slipway/releases/{target.release()}/static.json"
    target.run(f"rm {forgotten}")
    assert target.deploy().returncode == 0
    done = pyinfra(INVENTORY, "rollback.py", "-y", TEST_HOST=target.name)
    assert done.returncode == 0, done.stderr
    assert json.loads(target.run(f"cat {forgotten}")) == listed
    assert target.deploy().returncode == 0
