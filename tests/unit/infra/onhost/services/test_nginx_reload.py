"""nginx loads its configuration anew: checked first, and done when only new processes serve."""

from collections.abc import Iterator

import pytest

from infra.onhost.command import Failure
from infra.onhost.services import nginx
from tests.support.onhost import Host, new_host

TOP = "docker top slipway-base-nginx-1 -o pid,args"
NGINX = """state={0}; line() {{ echo "$1 nginx: $2"; }}
case $* in
    *reload) echo 3 > $state;;
    top*) echo "PID COMMAND"; line 1 "master process nginx"; read left < $state
        case $left in
            0) line 7 "worker process";;
            3) line 5 "worker process"; echo 2 > $state;;
            *) line 5 "worker process is shutting down"; line 6 "worker process"; echo 0 > $state;;
        esac;;
esac"""


@pytest.fixture
def host() -> Iterator[Host]:
    with new_host() as host:
        yield host


def test_nginx_has_loaded_when_only_new_processes_take_connections(host: Host) -> None:
    state = host.calls.with_name("state")
    state.write_text("3\n")
    host.layout.loaded_routes.write_text("of before")
    host.program("docker", NGINX.format(state))
    nginx.reload(host)
    nginx_ = f"docker exec slipway-base-nginx-1 nginx -c {host.layout.nginx_configuration}"
    assert host.called() == [f"{nginx_} -t -q", TOP, f"{nginx_} -s reload", TOP, TOP]
    assert not host.layout.loaded_routes.exists()


def test_nginx_is_told_to_load_only_what_it_accepts(host: Host) -> None:
    host.program("docker", "exit 1")
    with pytest.raises(Failure):
        nginx.reload(host)
    nginx_ = f"docker exec slipway-base-nginx-1 nginx -c {host.layout.nginx_configuration}"
    assert host.called() == [f"{nginx_} -t -q"]


def test_an_nginx_that_does_not_load_is_a_failure(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.program("docker", 'test $1 != top || echo "PID COMMAND\n5 nginx: worker process"')
    monkeypatch.setattr(nginx, "LOAD_SECONDS", 0)
    with pytest.raises(Failure, match="nginx has not loaded its configuration after 0 s: docker l"):
        nginx.reload(host)
