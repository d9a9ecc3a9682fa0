"""A release that does not deserve it never goes live, or is taken back whole."""

from typing import Any

import pytest

from tests.faults.conftest import Target
from tests.faults.load import asked_steadily

pytestmark = pytest.mark.destructive


def refused(target: Target, reason: str, **settings: Any) -> str:
    """Deploys what must be refused, under load; returns what the operator saw."""
    old = target.release()
    with asked_steadily(target) as failures:
        done = target.deploy(**settings)
    shown = done.stdout + done.stderr
    assert done.returncode != 0, shown
    assert reason in shown
    assert f"release {old} still serves" in shown
    assert failures == []
    assert target.release() == old
    assert target.run("systemctl list-units --failed --plain --no-legend") == ""
    assert target.site.run_job(1)["state"] == "finished"
    assert target.history()[-1]["result"] == "refused"
    return shown


def test_a_check_that_fails_before_traffic_moves_is_named(target: Target) -> None:
    shown = refused(
        target,
        "fails a check before traffic moves: GET /date/: the answer does not contain 'tomorrow'",
        checks=[{"path": "/date/", "contains": "tomorrow"}],
    )
    assert "The last log lines of web:" in shown


def test_a_release_whose_workers_do_not_live_is_refused(target: Target) -> None:
    shown = refused(
        target,
        "crashes again and again: exit code 1",
        processes={
            "worker": {
                "kind": "queue",
                "command": ["python3", "-c", "raise SystemExit('no such worker')"],
            }
        },
    )
    assert "no such worker" in shown


def test_a_check_that_fails_through_nginx_brings_back_the_old_release_whole(
    target: Target,
) -> None:
    # nginx refuses such a long address; the application itself would take it.
    assert target.deploy().returncode == 0
    web = target.container("web")
    image = target.run(f"docker inspect --format '{{{{.Image}}}}' {web}")
    refused(
        target,
        "fails a check through nginx",
        checks=[{"path": "/healthz?" + "x" * 20000}],
        nginx={"body_size": "3m"},
        app={"environment": {"COLOUR": "red"}},
    )
    assert target.container("web") == web
    assert target.run(f"docker inspect --format '{{{{.Image}}}}' {web}") == image
    assert "COLOUR" not in target.run(f"docker exec {web} env")


def test_checks_that_hold_let_a_release_through(target: Target) -> None:
    done = target.deploy(checks=[{"path": "/date/", "contains": "date"}, {"path": "/"}])
    assert done.returncode == 0, done.stderr
    assert ", 0 failed," in done.stderr + done.stdout
    assert target.deploy().returncode == 0


def test_a_release_during_maintenance_is_tried_all_the_same(target: Target) -> None:
    target.run("slipway maintenance-on")
    try:
        assert target.site.ask("/date/").status == 503
        assert int(target.site.ask("/date/").headers["retry-after"]) > 0
        assert target.site.ask("/healthz").status == 200
        done = target.deploy(checks=[{"path": "/date/"}])
        assert done.returncode == 0, done.stderr
        assert target.site.ask("/date/").status == 503
    finally:
        target.run("slipway maintenance-off")
    assert target.site.ask("/date/").status == 200
    assert target.deploy().returncode == 0
