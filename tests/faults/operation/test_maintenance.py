"""The operator closes the site for work, and opens it."""

import json
from typing import Any

import pytest

from tests.faults.conftest import INVENTORY, Target, pyinfra

pytestmark = pytest.mark.destructive


def maintenance(target: Target, wanted: str) -> Any:
    """Runs the file; pyinfra's account of it."""
    words = ("--json", "--data", f"maintenance={wanted}", INVENTORY, "maintenance.py", "-y")
    done = pyinfra(*words, TEST_HOST=target.name)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["results"]["totals"]


def test_maintenance_closes_the_site_and_opens_it(target: Target) -> None:
    try:
        assert maintenance(target, "on")["success"] == 1
        for accept, begin in (("text/html", b"<!doctype html>"), ("application/json", b"{")):
            answer = target.site.ask("/date/", headers={"Accept": accept})
            assert answer.status == 503
            assert int(answer.headers["retry-after"]) > 0
            assert answer.body.startswith(begin)
        assert target.site.works("/healthz")
        assert "maintenance is on: visitors get 503" in target.run("slipway status")
        assert maintenance(target, "on")["no_change"] == 1
    finally:
        off = maintenance(target, "off")
    assert off["success"] == 1
    assert target.site.works("/date/")
    assert "maintenance" not in target.run("slipway status")


@pytest.mark.parametrize("words", [(), ("--data", "maintenance=maybe")])
def test_maintenance_must_be_said_to_be_on_or_off(target: Target, words: tuple[str, ...]) -> None:
    done = pyinfra(*words, INVENTORY, "maintenance.py", "-y", TEST_HOST=target.name)
    assert done.returncode != 0
    assert "add --data maintenance=on or --data maintenance=off to the command" in done.stderr
    assert target.site.works("/date/")
