"""A host with a history is taken as it is: what others have there stays, and all of ours works."""

import json
from collections.abc import Iterator

import pytest

from tests.faults.conftest import Target, lab
from tests.faults.histories.conftest import prepared, verified
from tests.site import wait_until

pytestmark = pytest.mark.destructive


def converges(target: Target) -> None:
    """Deploys, and a second time nothing is left to do."""
    done = target.deploy()
    assert done.returncode == 0, done.stdout + done.stderr
    again = target.deploy("--json")
    assert again.returncode == 0, again.stderr
    totals = json.loads(again.stdout)["results"]["totals"]
    assert (totals["success"], totals["error"]) == (0, 0), again.stdout


@pytest.fixture(scope="module")
def shared() -> Iterator[Target]:
    """A host with docker-ce at work, and with others' services and settings."""
    yield prepared("shared", "docker_ce", "neighbours")
    lab("down", "shared")


@pytest.fixture(scope="module")
def fresh() -> Iterator[Target]:
    """A host in its first minutes."""
    yield prepared("fresh", "first_boot")
    lab("down", "fresh")


def test_a_shared_host_is_deployed_to_and_verified(shared: Target) -> None:
    others = shared.run("systemctl is-active neighbour certbot.timer systemd-resolved")
    converges(shared)
    assert shared.run("systemctl is-active neighbour certbot.timer systemd-resolved") == others
    assert "is open, by" in verified(shared)


def test_docker_s_own_packages_are_the_engine(shared: Target) -> None:
    found = shared.run(
        "dpkg-query --show --showformat '${db:Status-Abbrev}${Package}\\n' 'docker*'"
    )
    assert "ii docker-ce" in found
    assert "ii docker.io" not in found


def test_keys_of_others_stay_in_dockerd_s_configuration(shared: Target) -> None:
    keys = json.loads(shared.run("cat /etc/docker/daemon.json"))
    assert keys["data-root"] == "/srv/docker"
    assert keys["bip"] == "10.77.0.1/24"
    assert keys["log-driver"] == "json-file"
    assert keys["live-restore"] is True
    assert shared.run("docker info --format '{{.DockerRootDir}}'") == "/srv/docker"


def test_a_release_has_a_small_network_of_the_pool_with_the_host_s_mtu(shared: Target) -> None:
    web = shared.container("web")
    addresses = shared.run(
        f"docker inspect --format '{{{{range .NetworkSettings.Networks}}}}{{{{.IPAddress}}}}"
        f"/{{{{.IPPrefixLen}}}} {{{{end}}}}' {web}"
    )
    address, to_redis = sorted(addresses.split())
    assert to_redis.startswith("169.254.")
    assert address.startswith("10.78.")
    assert address.endswith("/24")
    assert shared.run(f"docker exec {web} cat /sys/class/net/eth0/mtu") == "1400"


def test_a_flushed_firewall_is_mended_by_a_deploy(shared: Target) -> None:
    shared.run("nft flush ruleset")
    assert json.loads(shared.run("slipway way-out-state")) == {"open": False}
    assert shared.deploy().returncode == 0
    assert json.loads(shared.run("slipway way-out-state")) == {"open": True}


def test_a_backup_of_the_certificate_without_links_is_made_whole(shared: Target) -> None:
    kept = "/etc/letsencrypt/slipway"
    shared.run(f"cp -rL {kept} /root/kept && rm -r {kept} && mv /root/kept {kept}")
    before = shared.run("wc -l < /var/lib/slipway/issued.jsonl")
    converges(shared)
    assert shared.run("wc -l < /var/lib/slipway/issued.jsonl") == before
    assert shared.run(f"find {kept}/live -name '*.pem' -type f") == ""
    shared.run("slipway certificate-renew")


def test_a_host_in_its_first_minutes_is_deployed_to_and_verified(fresh: Target) -> None:
    done = fresh.deploy()
    shown = done.stdout + done.stderr
    assert done.returncode == 0, shown
    assert "waiting for apt" in shown
    assert "python3, process" in shown
    wait_until(fresh.healthy, 90)
    fresh.run("test ! -e /var/lib/dpkg/updates/0000")
    listening = fresh.run("ss -Htln 'sport = :443'").splitlines()
    assert {line.split()[3] for line in listening} == {"0.0.0.0:443"}
    # Services alone have no IPv6 here: a login has, and takes the kernel for one that knows it.
    verified(fresh, "-k", "not listens_on_its_ports")
