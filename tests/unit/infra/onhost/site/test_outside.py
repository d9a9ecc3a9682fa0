"""What a process in another network reaches: a real network without a way anywhere."""

import json
import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.onhost.site import memory, outside, ports, strangers, verify, way_out
from tests.support.onhost import Host
from tests.support.onhost.servers import Behaviour, on_socket
from tests.support.processes import until
from tests.unit.infra.onhost.site.conftest import listening

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="enters a network: needs root")


@pytest.fixture
def alone() -> Iterator[int]:
    """A process in a network of its own, in which nothing is reached."""
    with subprocess.Popen(["unshare", "--net", "sleep", "60"]) as process:
        until(lambda: own_network(process.pid), "it has left this machine's network")
        yield process.pid
        process.kill()


def own_network(pid: int) -> bool:
    return not Path(f"/proc/{pid}/ns/net").samefile("/proc/self/ns/net")


def docker(pid: int) -> Behaviour:
    """Docker's engine, which knows one web container with this process."""
    labels = {"com.docker.compose.service": "web"}
    about = {"Config": {"Labels": labels}, "State": {"Running": True, "Pid": pid}}

    def answer(_: int, path: str) -> tuple[int, bytes]:
        listed = path.startswith("/containers/json?")
        return 200, json.dumps([{"Id": "0123"}] if listed else about).encode()

    return answer


def test_a_call_is_made_in_the_network_of_a_process_and_the_next_one_here(alone: int) -> None:
    with listening("127.0.0.1") as port:

        def reached() -> bool:
            return outside.connects("127.0.0.1", port, 1)

        assert [reached(), outside.within(alone, reached), reached()] == [True, False, True]


def test_a_network_that_is_gone_is_an_os_error() -> None:
    with pytest.raises(OSError, match="No such file"):
        outside.within(2**22 + 1, lambda: True)


def test_only_what_was_reached_before_is_lost(host: Host, alone: int) -> None:
    if socket.AF_INET not in outside.addresses():
        pytest.skip("this machine has no way out")
    with listening() as https, listening() as http:
        host = host.changed(https_port=https, http_port=http)
        closed = {str(https), str(http)}
        with on_socket(host.layout.docker_socket, docker(alone)):
            assert strangers.look(host) == dict.fromkeys(closed, False)
            assert strangers.problems(host) == {}  # a firewall may well be so
            assert "does not reach port" in verify.remarks(host)
        with on_socket(host.layout.docker_socket, docker(os.getpid())):
            assert strangers.problems(host) == {}
            assert verify.remarks(host) == ""
        with on_socket(host.layout.docker_socket, docker(alone)):
            found = strangers.problems(host)
    assert found.keys() == closed
    assert f"on port {https}, but nobody reaches it from its containers" in found[str(https)].text
    assert memory.reached(host) == dict.fromkeys(closed, True)


def test_without_a_web_container_nothing_is_said(host: Host) -> None:
    assert strangers.look(host) == {}
    with on_socket(host.layout.docker_socket, lambda *_: (200, b"[]")):
        assert strangers.look(host) == {}
    with on_socket(host.layout.docker_socket, docker(2**22 + 1)):
        assert strangers.look(host) == {}


def test_the_nameservers_are_those_elsewhere_also_behind_a_resolver_of_the_host(host: Host) -> None:
    own = next(iter(outside.addresses().values()), "127.0.0.2")
    host.layout.resolv_conf.parent.mkdir(exist_ok=True)
    host.layout.resolved_conf.parent.mkdir(parents=True)
    lines = [
        "# of a network",
        "search x",
        "nameserver 127.0.0.53",
        f"nameserver {own}",
        "nameserver",
    ]
    host.layout.resolv_conf.write_text("\n".join(lines))
    host.layout.resolved_conf.write_text("nameserver 198.51.100.7\nnameserver 2001:db8::53\n" * 2)
    assert way_out.nameservers(host) == ["198.51.100.7"]


def test_a_nameserver_answers_if_it_says_anything_to_the_question() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        port = server.getsockname()[1]

        def answer() -> None:
            question, client = server.recvfrom(512)
            assert question[12:] == b"\3app\7example\3org\0\0\1\0\1"
            server.sendto(question[:2] + b"\x81\x85" + question[4:], client)  # refused

        thread = threading.Thread(target=answer)
        thread.start()
        assert way_out.answers("127.0.0.1", "app.example.org", port)
        thread.join()
    assert not way_out.answers("127.0.0.1", "app.example.org", port)


def test_the_ports_are_not_tried_on_a_host_without_an_address(host: Host, alone: int) -> None:
    assert outside.within(alone, lambda: ports.closed_to_containers(host, os.getpid())) is None
