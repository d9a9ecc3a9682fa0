"""nginx reads its virtual hosts: what it has loaded is known, and what it refuses is taken back."""

import os
from collections.abc import Iterator

import pytest

from infra.onhost.certificates import virtual_hosts
from infra.onhost.command import Failure
from tests.support.onhost import Host, new_host
from tests.support.onhost.ca import trust

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to nginx: needs root")
ALIAS = "www.example.org"


@pytest.fixture
def host() -> Iterator[Host]:
    """A host that trusts one CA; its nginx runs, and takes any configuration."""
    with new_host() as host:
        trust(host)
        host.program(
            "docker",
            """case $* in ps*) echo 0123;; *reload) touch "$0.loaded";;
               top*) printf 'PID COMMAND\\n%s nginx: worker process' $(test -e "$0.loaded"; echo $?)
            esac""",
        )
        yield host


def text(host: Host) -> str:
    """nginx' file for what the host has."""
    return virtual_hosts.render(host, virtual_hosts.current(host))


def test_what_is_loaded_is_known_until_something_changes(host: Host) -> None:
    assert not virtual_hosts.loaded(host)
    host.certificate()
    virtual_hosts.load(host)
    assert [
        call
        for call in host.called()
        if call.endswith(f"{host.layout.nginx_configuration} -s reload")
    ]
    assert host.layout.virtual_hosts.read_text() == text(host)
    assert virtual_hosts.loaded(host)
    assert not virtual_hosts.loaded(host.changed(aliases=[ALIAS]))


def test_an_nginx_that_is_not_up_reads_the_file_when_it_starts(host: Host) -> None:
    host.program("docker")
    host.certificate()
    virtual_hosts.load(host)
    assert virtual_hosts.loaded(host)
    assert [call.split()[1] for call in host.called()] == ["ps"]


def test_what_nginx_refuses_is_taken_back_and_not_taken_for_loaded(host: Host) -> None:
    host.certificate()
    virtual_hosts.load(host)
    before = host.layout.virtual_hosts.read_text()
    host.program(
        "docker", "case $1 in ps) echo 0123;; *) echo 'nginx: [emerg] no such' >&2; exit 1;; esac"
    )
    other = host.changed(aliases=[ALIAS])
    with pytest.raises(Failure, match=r"nginx: \[emerg\] no such"):
        virtual_hosts.load(other)
    assert host.layout.virtual_hosts.read_text() == before
    assert not virtual_hosts.loaded(other)
    assert virtual_hosts.loaded(host)


def test_a_first_file_that_nginx_refuses_stays_to_be_looked_at(host: Host) -> None:
    host.layout.virtual_hosts.unlink()
    host.certificate()
    host.program("docker", "case $1 in ps) echo 0123;; *) exit 1;; esac")
    with pytest.raises(Failure):
        virtual_hosts.load(host)
    assert host.layout.virtual_hosts.read_text() == text(host)
    assert not virtual_hosts.loaded(host)
