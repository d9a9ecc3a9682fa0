"""`slipway get`: the current release answers on its own socket, past nginx."""

from collections.abc import Iterator

import pytest

from infra.onhost.command import Failure
from infra.onhost.releases import release
from infra.onhost.verbs import get
from tests.support.onhost import DOMAIN, Host, new_host
from tests.support.onhost.servers import Behaviour, Script, always, on_socket


@pytest.fixture
def host() -> Iterator[Host]:
    """A host where a is live and b is put."""
    with new_host() as host:
        for name in ("a", "b"):
            host.release(name, "gunicorn")
        host.layout.current.symlink_to("a")
        yield host


def answered(host: Host, path: str, behaviour: Behaviour, by: str = "a") -> tuple[str, Script]:
    """What is printed, and what the release was asked."""
    with on_socket(release.socket(host, by, "gunicorn"), behaviour) as script:
        return get.answer(host, path), script


def test_the_body_of_the_answer_is_what_is_printed(host: Host) -> None:
    found, _ = answered(host, "/", always(200, "Grüße".encode()))
    assert found == "Grüße"


def test_a_private_path_is_asked_as_it_is_under_the_site_s_name(host: Host) -> None:
    found, script = answered(host, "/metrics?name=a%20b", always(200, b"up 1\n"))
    assert found == "up 1\n"
    assert (script.asked, script.hosts) == (["/metrics?name=a%20b"], {DOMAIN})


def test_bytes_that_are_no_text_are_printed_all_the_same(host: Host) -> None:
    assert answered(host, "/", always(200, b"caf\xe9"))[0] == "caf\N{REPLACEMENT CHARACTER}"


def test_a_redirect_is_an_answer(host: Host) -> None:
    assert answered(host, "/", always(302, b"/login"))[0] == "/login"


@pytest.mark.parametrize("status", [400, 404, 500, 503])
def test_an_answer_that_is_no_success_is_a_failure(host: Host, status: int) -> None:
    with pytest.raises(Failure, match=rf"^GET /none: answered {status}$"):
        answered(host, "/none", always(status, b"an error page"))


def test_the_current_release_is_asked_and_no_other(host: Host) -> None:
    with pytest.raises(Failure, match=r"^GET /: nothing listens"):
        answered(host, "/", always(200), by="b")
    host.layout.current.unlink()
    host.layout.current.symlink_to("b")
    assert answered(host, "/", always(200, b"b"), by="b")[0] == "b"


def test_before_the_first_release_there_is_nobody_to_ask(host: Host) -> None:
    host.layout.current.unlink()
    with pytest.raises(Failure, match=r"^no release is live$"):
        get.answer(host, "/")


def test_a_release_without_a_socket_is_a_failure(host: Host) -> None:
    release.socket(host, "a", "gunicorn").unlink()
    with pytest.raises(Failure, match=r"^GET /: nothing listens"):
        get.answer(host, "/")
