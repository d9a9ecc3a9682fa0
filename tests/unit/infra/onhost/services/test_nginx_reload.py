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


def docker(host: Host, meanwhile: str = "true") -> None:
    """An nginx whose old processes end one after the other; meanwhile a command is run."""
    state = host.calls.with_name("state")
    state.write_text("3\n")
    more = f"case $* in *reload) {meanwhile};; *StartedAt*) echo today;; esac"
    host.program("docker", f"{NGINX.format(state)}\n{more}")


@pytest.fixture
def host() -> Iterator[Host]:
    with new_host() as host:
        yield host


def test_nginx_has_loaded_when_only_new_processes_take_connections(host: Host) -> None:
    docker(host)
    nginx.reload(host)
    nginx_ = f"docker exec slipway-base-nginx-1 nginx -c {host.layout.nginx_configuration}"
    assert host.called()[:-1] == [f"{nginx_} -t -q", TOP, f"{nginx_} -s reload", TOP, TOP]


def test_it_is_known_which_routes_were_loaded_whoever_had_them_loaded(host: Host) -> None:
    """Of a certificate's reload, too: else the watchdog would load them once more."""
    host.release("a")
    host.layout.current.symlink_to("a")
    docker(host)
    nginx.reload(host)
    routes = host.layout.current_routes.read_bytes()
    noted = host.layout.loaded_routes.read_bytes()
    assert noted == b"# loaded by nginx, started today\n" + routes
    assert noted == nginx.as_loaded(routes, nginx.started())


def test_routes_that_changed_during_the_reload_are_not_known_to_be_loaded(host: Host) -> None:
    """Another moves the link meanwhile: who knows which one nginx has read."""
    for name in ("a", "b"):
        host.release(name, "uwsgi" if name == "a" else "gunicorn")
    host.layout.current.symlink_to("a")
    docker(host, f"ln -sfn b {host.layout.current}")
    host.layout.loaded_routes.write_text("of before")
    nginx.reload(host)
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
