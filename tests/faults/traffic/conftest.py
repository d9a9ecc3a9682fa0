"""A host with an application that its visitors can make busy, and what nginx makes of them."""

import json
import shlex
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from infra.onhost import layout
from tests.deployed import CHECKOUT
from tests.faults.conftest import LAB, Target
from tests.site import wait_until

APPLICATION: dict[str, Any] = {
    "app": {
        "source": str(Path(__file__).parent / "app"),
        "requirements": str(CHECKOUT / "app" / "requirements.txt"),
        "generated_secrets": [],
    },
    "processes": {
        "worker": {"kind": "queue", "command": ["sleep", "infinity"], "health_command": ["true"]}
    },
}
# Asks from the host itself, which has no client of its own: address, port, domain, path, headers.
ASK = """
import http.client, json, socket, ssl, sys, time
def ask(address, port, domain, path, *headers):
    connection = http.client.HTTPConnection(domain, timeout=10)
    connection.sock = socket.create_connection((address, int(port)), 10)
    if port == "443":
        tls = ssl.create_default_context()
        tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
        connection.sock = tls.wrap_socket(connection.sock, server_hostname=domain)
    connection.request("GET", path, headers=dict(header.split("=") for header in headers))
    answer = connection.getresponse()
    return answer.status, answer.read().decode()
"""
ONCE = f"{ASK}\nprint(*ask(*sys.argv[1:]))\n"
# By its outside address it is another client than the tests, which share one.
VISITOR = f"""{ASK}
while True:
    began = time.monotonic()
    try:
        status = ask(*sys.argv[1:])[0]
    except (OSError, http.client.HTTPException) as error:
        status = repr(error)
    print(json.dumps([status, time.monotonic() - began]), flush=True)
    time.sleep(0.1)
"""


def from_inside(target: Target, port: int, path: str, **headers: str) -> tuple[int, str]:
    """The status and the body of what the host itself is answered at 127.0.0.1."""
    given = (f"{name.replace('_', '-')}={value}" for name, value in headers.items())
    words = ["127.0.0.1", str(port), target.site.domain, path, *given]
    said = target.run(f"python3 -c {shlex.quote(ONCE)} {shlex.join(words)}")
    status, _, body = said.partition(" ")
    return int(status), body


@dataclass
class Visits:
    """What another visitor got meanwhile: statuses, and seconds."""

    statuses: list[Any] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    @property
    def failed(self) -> list[Any]:
        return [status for status in self.statuses if status != 200]


def serve(target: Target, **settings: Any) -> None:
    """Deploys the application with these settings."""
    done = target.deploy(**APPLICATION, **settings)
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def visiting(target: Target) -> Iterator[Visits]:
    """Another visitor asks all the while."""
    visits = Visits()
    words = [target.site.address, "443", target.site.domain, "/visitor"]
    command = f"timeout 300 python3 -c {shlex.quote(VISITOR)} {shlex.join(words)}"
    asking = subprocess.Popen([LAB, "ssh", target.name, command], stdout=subprocess.PIPE, text=True)
    assert asking.stdout
    asking.stdout.readline()  # it has begun
    yield visits
    time.sleep(1)
    asking.terminate()
    for line in asking.communicate()[0].splitlines():
        status, seconds = json.loads(line)
        visits.statuses.append(status)
        visits.seconds.append(seconds)


def memory(target: Target) -> dict[str, int]:
    """Megabytes that nginx' processes take, and how many of them the kernel has ended."""
    name = f"{layout.BASE_PROJECT}-nginx-1"
    identity = target.run(f"docker inspect --format '{{{{.Id}}}}' {name}")
    places = f"find /sys/fs/cgroup -path '*{identity}*'"
    killed = target.run(
        f"cat $({places} -name memory.oom_control -o -path '*{identity}*' -name memory.events)"
    )
    taken = target.run(f"cat $({places} -name memory.stat)")
    count = sum(int(line.split()[1]) for line in killed.splitlines() if "oom_kill " in line)
    words = dict(line.split() for line in taken.splitlines() if len(line.split()) == 2)
    return {"taken": int(words.get("rss") or words.get("anon") or 0) // 1024**2, "killed": count}


@contextmanager
def nginx_lives(target: Target, what: str) -> Iterator[None]:
    """nginx' processes are the same ones at the end, and none was ended by the kernel."""
    name = f"{layout.BASE_PROJECT}-nginx-1"
    processes = f"docker top {name} -o pid,args | grep 'worker process$'"
    before, alive = memory(target), target.run(processes)
    yield
    after = memory(target)
    print(f"{what}: nginx took {before['taken']} MB before, {after['taken']} MB at the end")
    assert after["killed"] == before["killed"]
    assert target.run(processes) == alive


@pytest.fixture
def nothing_is_restarted(target: Target) -> Iterator[None]:
    """A test makes things busy: that is no reason to restart them."""
    started = "docker inspect --format '{{.Name}} {{.State.StartedAt}}' $(docker ps -q)"
    before = sorted(target.run(started).splitlines())
    yield
    wait_until(target.healthy, 90)
    assert sorted(target.run(started).splitlines()) == before
