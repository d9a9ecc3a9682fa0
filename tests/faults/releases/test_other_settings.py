"""Settings of the whole host change under releases: none of them stands in the way afterwards."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults.conftest import INVENTORY, Target, pyinfra, verified
from tests.faults.load import asked_steadily
from tests.faults.releases.test_acceptance import an_application

pytestmark = pytest.mark.destructive


@pytest.fixture(autouse=True)
def _as_before(target: Target) -> Iterator[None]:
    """The host has its own settings again, whatever became of the test."""
    yield
    done = target.deploy()
    assert done.returncode == 0, done.stderr


def test_after_a_change_of_the_domain_a_rollback_works_and_the_host_is_verified(
    target: Target, tmp_path: Path
) -> None:
    """The older release was made, and its acceptance tests were written, for another name."""
    domain = f"www.{target.site.domain}"
    assert target.deploy(app=an_application(tmp_path, "one", "one")).returncode == 0
    first = target.release()
    settings = {"domain": domain, "app": an_application(tmp_path, "two", "two")}
    done = target.deploy(**settings)
    assert done.returncode == 0, done.stderr
    site = replace(target.site, domain=domain)
    assert site.works("/date/")
    looked = verified(target, **settings)
    assert looked.returncode == 0, looked.stdout
    words = (INVENTORY, "rollback.py", "-y")
    back = pyinfra(*words, TEST_HOST=target.name, TEST_SETTINGS=json.dumps(settings))
    assert back.returncode == 0, back.stderr
    assert target.release() == first
    assert target.history()[-1]["stages"]["acceptance tests"] > 0
    assert site.works("/date/")
    looked = verified(target, **settings)
    assert looked.returncode == 0, looked.stdout


def test_a_ca_that_is_added_and_removed_leaves_a_verified_host(
    target: Target, tmp_path: Path
) -> None:
    """A bundle of trust that changes restarts dockerd, and no container."""
    added = tmp_path / "ca.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-subj", "/CN=of a company", "-days", "90", "-keyout", str(tmp_path / "key"),
         "-out", str(added)],
        check=True, capture_output=True,
    )  # fmt: skip
    known = [str(path) for path in target.host.settings.extra_ca_certificates]
    containers = target.run("docker ps --quiet --no-trunc | sort")
    for paths in ([*known, str(added)], known):
        with asked_steadily(target) as failures:
            done = target.deploy(extra_ca_certificates=paths)
        assert done.returncode == 0, done.stderr
        assert failures == []
        assert target.run("docker ps --quiet --no-trunc | sort") == containers
        looked = verified(target, extra_ca_certificates=paths)
        assert looked.returncode == 0, looked.stdout
