"""The link that says which release is served: what nginx finds at each moment."""

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from infra.onhost.command import Failure
from infra.onhost.releases import release, traffic
from infra.onhost.services import nginx
from tests.support.onhost import Host, new_host

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to root: needs root")


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What nginx was told. There is none here; host tests move traffic between real ones."""
    told: list[str] = []

    def reload(on: Host) -> None:
        told.append(f"reload, at {release.current(on)}")
        routes = on.layout.current_routes.read_bytes()
        on.layout.loaded_routes.write_bytes(nginx.as_loaded(routes, nginx.started()))

    monkeypatch.setattr(nginx, "reload", reload)
    monkeypatch.setattr(nginx, "started", lambda: "this morning")
    monkeypatch.setattr(nginx, "check", lambda path: told.append(path.read_text()))
    return told


@pytest.fixture(autouse=True)
def host() -> Iterator[Host]:
    """A host with the releases a and b of uWSGI, c and d of gunicorn."""
    with new_host() as host:
        for name, server in {"a": "uwsgi", "b": "uwsgi", "c": "gunicorn", "d": "gunicorn"}.items():
            host.release(name, server)
            release.socket(host, name, server).write_text(f"{name}, {server}")
        yield host


def spoken(host: Host, name: str) -> str:
    """What stands behind a socket's name in the release that is served."""
    return (host.layout.current / "socket" / name).read_text()


def test_the_first_release_is_linked_and_loaded(host: Host, loaded: list[str]) -> None:
    traffic.move(host, "a", "")
    assert host.layout.current.readlink() == Path("a")  # relative: true inside the container too
    assert loaded == ["reload, at a"]
    assert spoken(host, "uwsgi.sock") == "a, uwsgi"


def test_a_release_with_the_same_routes_is_served_without_a_reload(
    host: Host, loaded: list[str]
) -> None:
    traffic.move(host, "a", "")
    traffic.move(host, "b", "a")
    assert release.current(host) == "b"
    assert loaded == ["reload, at a"]


def test_a_release_with_other_routes_is_linked_first_and_then_loaded(
    host: Host, loaded: list[str]
) -> None:
    traffic.move(host, "a", "")
    release.routes(host, "b").write_text("# another\n")
    traffic.move(host, "b", "a")
    assert loaded == ["reload, at a", "reload, at b"]


def test_routes_are_loaded_again_when_nginx_may_have_others(
    host: Host, loaded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    release.routes(host, "b").write_text("# another\n")
    traffic.move(host, "a", "")
    host.layout.loaded_routes.unlink()
    traffic.move(host, "a", "")
    assert loaded == ["reload, at a"] * 2
    monkeypatch.setattr(nginx, "started", lambda: "a moment ago")  # while b was served
    assert not traffic.loaded(host, "a")
    traffic.move(host, "a", "")
    assert loaded == ["reload, at a"] * 3


def test_a_move_that_ended_before_nginx_loaded_is_known(host: Host, loaded: list[str]) -> None:
    release.routes(host, "b").write_text("# another\n")
    traffic.move(host, "a", "")
    traffic.lead(host, "b", "a")  # killed after it
    assert not traffic.loaded(host, "b")
    traffic.move(host, "c", "b")
    assert loaded == ["reload, at a", "reload, at c"]
    assert traffic.loaded(host, "c")


def test_what_an_interrupted_move_left_is_no_hindrance(host: Host, loaded: list[str]) -> None:
    host.layout.current.with_name(".current.new").symlink_to("d")
    traffic.move(host, "a", "")
    assert release.current(host) == "a"
    assert sorted(path.name for path in host.layout.web.iterdir()) == [
        "a",
        "b",
        "c",
        "current",
        "d",
    ]
    assert loaded


@pytest.mark.usefixtures("loaded")
def test_at_no_moment_is_there_no_release(host: Host) -> None:
    traffic.move(host, "a", "")
    end = threading.Event()

    def look() -> set[str]:
        found = set()
        while not end.is_set():
            found |= {release.current(host), spoken(host, "uwsgi.sock")[0]}
        return found

    with ThreadPoolExecutor() as pool:
        reader = pool.submit(look)
        for _ in range(100):
            traffic.move(host, "b", "a")
            traffic.move(host, "a", "b")
        end.set()
    assert reader.result() == {"a", "b"}


@pytest.mark.usefixtures("loaded")
def test_until_another_protocol_is_loaded_the_old_one_leads_to_the_old_release(host: Host) -> None:
    traffic.move(host, "a", "")
    traffic.move(host, "c", "a")
    assert spoken(host, "http.sock") == "c, gunicorn"
    assert spoken(host, "uwsgi.sock") == "a, uwsgi"  # what nginx still asks for


@pytest.mark.usefixtures("loaded")
def test_going_back_between_protocols_takes_the_way_back(host: Host) -> None:
    traffic.move(host, "a", "")
    traffic.move(host, "c", "a")
    traffic.move(host, "a", "c")
    assert spoken(host, "uwsgi.sock") == "a, uwsgi"
    assert spoken(host, "http.sock") == "c, gunicorn"
    traffic.move(host, "c", "a")  # to and fro: no link leads in a circle
    assert spoken(host, "uwsgi.sock") == "a, uwsgi"
    assert spoken(host, "http.sock") == "c, gunicorn"


@pytest.mark.usefixtures("loaded")
def test_a_socket_of_one_s_own_is_never_replaced_and_no_bridge_outlives_its_switch(
    host: Host,
) -> None:
    traffic.move(host, "a", "")
    traffic.move(host, "c", "a")
    release.socket(host, "a", "uwsgi").unlink()  # a is retired
    traffic.move(host, "d", "c")
    assert spoken(host, "http.sock") == "d, gunicorn"
    assert not (host.layout.web / "d" / "socket" / "uwsgi.sock").is_symlink()
    traffic.move(host, "c", "d")
    assert [path.name for path in (host.layout.web / "c" / "socket").iterdir()] == ["http.sock"]


def test_routes_are_checked_in_place_of_the_current_ones(host: Host, loaded: list[str]) -> None:
    files = {"nginx.conf": "http {}\n", "site.conf": "include routes.conf;\n", "headers.conf": "\n"}
    for name, text in files.items():
        (host.layout.nginx / name).write_text(text)
    host.layout.nginx_routes.write_text(f"include {host.layout.current}/routes.con[f];\n")
    traffic.move(host, "a", "")
    traffic.check_configuration(host, "b")
    candidate = host.layout.web / "b" / "candidate"
    found = {path.name: path.read_text() for path in candidate.iterdir()}
    assert found == files | {"routes.conf": f"include {host.layout.web}/b/routes.conf;\n"}
    assert loaded[1:] == ["http {}\n"]
    assert release.current(host) == "a"


def test_a_file_of_nginx_that_has_changed_is_the_one_that_is_checked(
    host: Host, loaded: list[str]
) -> None:
    for text in ("# first\n", "# then\n"):
        host.layout.nginx_configuration.write_text(text)
        traffic.check_configuration(host, "b")
    assert loaded == ["# first\n", "# then\n"]


def test_nginx_words_on_routes_that_it_refuses_are_told(host: Host) -> None:
    host.layout.nginx_configuration.write_text("")
    host.program("docker", "echo 'nginx: [emerg] unexpected end of file' >&2; exit 1")
    with pytest.raises(Failure, match=r"exit code 1: nginx: \[emerg\] unexpected end of file"):
        traffic.check_configuration(host, "b")
    [call] = host.called()
    assert f"nginx -c {host.layout.web}/b/candidate/nginx.conf -t" in call
