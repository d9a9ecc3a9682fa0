"""Redis by TCP: one URL that every client knows, for the containers of the application alone."""

import shlex

import pytest

from infra.onhost import layout
from tests.faults.conftest import Target, lab
from tests.site import wait_until

pytestmark = pytest.mark.destructive

# Whether Redis answers at its address: anything but its own words is somebody else's.
ASK = f"""
import socket, sys
try:
    with socket.create_connection(("{layout.REDIS_ADDRESS}", {layout.REDIS_PORT}), 3) as one:
        one.settimeout(3)
        one.sendall(b"PING\\r\\n")
        print("reached" if one.recv(100).startswith((b"-NOAUTH", b"+PONG")) else "not")
except OSError:
    print("not")
"""
CLIENTS = {"flask-caching", "flask-socketio", "kombu", "redis"}


def ping(target: Target) -> bool:
    return target.site.works("/ping")


def test_an_application_that_reads_redis_url_alone_needs_no_setting_for_it(served: Target) -> None:
    [told] = served.site.ask("/told?name=REDIS_URL").json.values()
    password = served.run("cat /etc/slipway/secrets/redis_password")
    assert told == f"redis://:{password}@redis:6379/0"
    assert served.site.ask("/reached", timeout=30).json == dict.fromkeys(CLIENTS, True)
    assert [served.site.ask("/limited").status for _ in range(3)][-1] == 429


def test_nobody_else_reaches_redis(served: Target) -> None:
    code = shlex.quote(ASK)
    web = served.container("web")
    assert served.run(f"docker exec {web} python3 -c {code}") == "reached"
    assert served.run(f"sudo -u nobody python3 -c {code}") == "not"
    image = served.run(f"docker inspect --format '{{{{.Image}}}}' {web}")
    assert served.run(f"docker run --rm {image} python3 -c {code}") == "not"
    served.run("docker network create another")
    try:
        alone = f"docker run --rm --network another {image} python3 -c {code}"
        assert served.run(alone) == "not"
    finally:
        served.run("docker network rm another")


def test_it_is_there_again_after_redis_was_killed_and_after_a_reboot(served: Target) -> None:
    served.run(f"docker kill {served.container('redis')}; docker start {served.container('redis')}")
    wait_until(lambda: ping(served), 20)
    lab("reboot", served.name)
    wait_until(lambda: ping(served), 60)
    wait_until(lambda: inspected(served) == "all is as the last deploy put it", 90)


def test_a_container_that_lost_the_network_is_found_and_mended(served: Target) -> None:
    web = served.container("web")
    served.run(f"docker network disconnect {layout.REDIS_NETWORK} {web}")
    assert f"{web} is on the networks" in inspected(served)
    served.run("slipway mend")
    assert ping(served)


def inspected(target: Target) -> str:
    return target.run("slipway inspect 2>&1", check=False)


def test_a_network_of_others_is_closed_again(served: Target) -> None:
    image = served.run(f"docker inspect --format '{{{{.Image}}}}' {served.container('web')}")
    there = f"docker run --detach --rm --name guest --network {layout.REDIS_NETWORK}"
    served.run(f"{there} {image} sleep 600")
    network = f"the network {layout.REDIS_NETWORK}"
    try:
        assert f"{network} has a container of others: guest" in inspected(served)
        served.run("slipway mend")
        assert inspected(served) == "all is as the last deploy put it"
    finally:
        served.run("docker rm --force guest")
    redis, web = served.container("redis"), served.container("web")
    worker = served.container("worker")
    served.run(
        f"for one in {redis} {web} {worker}; do"
        f" docker network disconnect {layout.REDIS_NETWORK} $one; done;"
        f" docker network rm {layout.REDIS_NETWORK};"
        f" docker network create --subnet {layout.REDIS_SUBNET} {layout.REDIS_NETWORK}"
    )
    assert f"{network} is open to others" in inspected(served)
    served.run("slipway mend")
    assert inspected(served) == "all is as the last deploy put it"
    assert ping(served)
