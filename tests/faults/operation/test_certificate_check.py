"""What is served is looked at by a program that trusts no other, and somebody is told."""

from collections.abc import Iterator

import pytest

from tests.faults.conftest import Target
from tests.faults.served import SETTLED, changed, served
from tests.site import wait_until

pytestmark = pytest.mark.destructive
TOLD = "/run/told"
TELL = "/usr/local/bin/tell"
NGINX = "docker exec slipway-base-nginx-1 nginx -c /opt/slipway/nginx/nginx.conf"


@pytest.fixture(scope="module", autouse=True)
def told(target: Target) -> Iterator[None]:
    """Alerts are written to a file."""
    target.run(f"printf '#!/bin/sh\\ncat >>{TOLD}\\n' >{TELL}; chmod 755 {TELL}")
    assert target.deploy(alerts={"command": [TELL]}).returncode == 0
    yield
    assert target.deploy().returncode == 0
    target.run(f"rm --force {TELL} {TOLD}")


def replace(target: Target, ends: str) -> str:
    """A shell's command that puts another certificate of the name in place on the disk."""
    folder = f"/var/lib/slipway/tls/{target.site.domain}"
    return (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
        f" -not_before $(date --utc --date '80 days ago' +%Y%m%d%H%M%SZ) -not_after {ends}"
        f" -subj /CN={target.site.domain} -addext subjectAltName=DNS:{target.site.domain}"
        " -keyout /run/k.pem -out /run/c.pem 2>/dev/null"
        f" && cat /run/k.pem >{folder}/privkey.pem && cat /run/c.pem >{folder}/fullchain.pem"
        " && rm /run/k.pem /run/c.pem"
    )


@pytest.mark.parametrize(
    ("days", "loaded", "reason"),
    [
        (80, False, "nginx does not serve the certificate on disk"),
        (10, True, "10 days of 90 days are left"),
        (80, True, "this host no longer trusts the certificate"),
    ],
)
def test_what_is_amiss_is_found_shown_and_told(
    target: Target, days: int, loaded: bool, reason: str
) -> None:
    target.run(f"rm --recursive --force {TOLD} /run/slipway-alerted/*")
    ends = f"$(date --utc --date '{days} days' +%Y%m%d%H%M%SZ)"
    target.run(replace(target, ends))
    if loaded:
        before = served(target.site)
        target.run(f"{NGINX} -s reload")
        wait_until(lambda: changed(target.site, before), SETTLED)
    target.run("! systemctl start slipway-check.service")
    target.run("journalctl --sync")
    assert reason in target.run("journalctl --unit slipway-check --lines 20 --output cat")
    assert "slipway-check.service" in target.run("slipway status")
    target.run("systemctl is-failed slipway-check.service")
    wait_until(lambda: reason in target.run(f"cat {TOLD}", check=False), 60)
    target.run("systemctl start slipway-certificate.service")
    target.run("systemctl start slipway-check.service")
    assert "slipway-check.service" not in target.run("slipway status")
