"""nginx' configuration with a candidate's routes: the same files, checked before traffic moves."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra import base
from infra.onhost.certificates import virtual_hosts
from infra.onhost.command import Failure
from infra.onhost.layout import LAYOUT
from infra.onhost.releases import release, traffic
from infra.settings import load
from tests.support.onhost import SETTINGS, Host, new_host

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to root: needs root")
INCLUDE = re.compile(r"(?m)^( *)include ([^;]+);$")
PLACES = re.compile(f"{LAYOUT.home}|{LAYOUT.state}")


@pytest.fixture
def host() -> Iterator[Host]:
    """A host with nginx' files as a deploy puts them, where a is live and b is put."""
    with new_host() as host:
        settings = load(SETTINGS, "one")
        images = base.image("nginx", settings), base.image("redis", settings)
        for file in base.base_files(settings, *images):
            path = host.root / file.path.lstrip("/")
            if path.is_relative_to(host.layout.nginx) and file.content is not None:
                text = PLACES.sub(lambda place: f"{host.root}{place[0]}", file.content.decode())
                path.parent.mkdir(exist_ok=True)
                path.write_text(text)
        for name in ("a", "b"):
            host.release(name)
            release.routes(host, name).write_text(f"# the routes of {name}\n")
        host.layout.current.symlink_to("a")
        host.certificate()
        names = virtual_hosts.render(host, virtual_hosts.current(host))
        host.layout.virtual_hosts.write_text(names)
        host.program("docker")
        yield host


def read(host: Host, configuration: Path) -> str:
    """What nginx reads: each included file in its place, relative ones beside the first file."""

    def included(found: re.Match[str]) -> str:
        path = configuration.parent / found[2]
        if not path.is_relative_to(host.root):
            return found[0]  # of the image
        if "[" in path.name:  # a pattern may match nothing
            return "".join(map(expanded, sorted(path.parent.glob(path.name))))
        return expanded(path)

    def expanded(path: Path) -> str:
        return INCLUDE.sub(included, path.read_text())

    return expanded(configuration)


def checked(host: Host) -> str:
    """What nginx reads when it is asked whether it would take the routes of b."""
    traffic.check_configuration(host, "b")
    *words, configuration, test, quiet = host.called()[-1].split()
    assert words == ["docker", "exec", "slipway-base-nginx-1", "nginx", "-c"]
    assert (test, quiet) == ("-t", "-q")
    return read(host, Path(configuration))


def live(host: Host) -> str:
    return read(host, host.layout.nginx_configuration)


def test_nginx_checks_the_same_configuration_with_other_routes(host: Host) -> None:
    assert live(host).count("# the routes of a\n") == 1
    assert checked(host) == live(host).replace("# the routes of a\n", "# the routes of b\n")


def test_each_of_nginx_s_files_is_beside_the_one_that_leads_to_the_routes(host: Host) -> None:
    checked(host)
    candidate = release.routes(host, "b").parent / traffic.CANDIDATE
    names = {"nginx.conf", "site.conf", "headers.conf", "routes.conf"}
    names |= {"errors.conf", "pages.conf"}
    assert {path.name for path in candidate.iterdir()} == names
    for name in names - {"routes.conf"}:
        assert (candidate / name).read_bytes() == (host.layout.nginx / name).read_bytes(), name
    assert (candidate / "routes.conf").read_text() == f"include {release.routes(host, 'b')};\n"


def test_what_serves_is_not_touched(host: Host) -> None:
    before = live(host)
    checked(host)
    assert live(host) == before
    assert release.current(host) == "a"
    assert len(host.called()) == 1


@pytest.mark.parametrize("name", ["nginx.conf", "site.conf", "headers.conf"])
def test_a_file_that_has_changed_since_the_last_check_is_read_as_it_is_now(
    host: Host, name: str
) -> None:
    checked(host)
    with (host.layout.nginx / name).open("a") as file:
        file.write("\nno_such_directive;\n")
    assert "no_such_directive" in live(host)
    assert "no_such_directive" in checked(host)


@pytest.mark.parametrize("name", ["site.conf", "headers.conf"])
def test_a_file_that_is_missing_is_missed_though_an_earlier_check_had_it(
    host: Host, name: str
) -> None:
    checked(host)
    (host.layout.nginx / name).unlink()
    with pytest.raises(FileNotFoundError, match=name):
        checked(host)


def test_virtual_hosts_of_today_are_checked(host: Host) -> None:
    host.layout.virtual_hosts.write_text("# of today\n")
    assert "# of today" in checked(host)
    assert "# the routes" not in checked(host)


def test_nginx_words_on_routes_that_it_refuses_are_told(host: Host) -> None:
    host.program("docker", "echo 'nginx: [emerg] unexpected end of file' >&2; exit 1")
    with pytest.raises(Failure, match=r"exit code 1: nginx: \[emerg\] unexpected end of file"):
        traffic.check_configuration(host, "b")
    candidate = host.layout.web / "b" / "candidate" / "nginx.conf"
    assert host.called() == [f"docker exec slipway-base-nginx-1 nginx -c {candidate} -t -q"]
