"""Whether visitors get the site, asked of real servers over real TLS."""

import time

import pytest

from infra.onhost.base import maintenance
from infra.onhost.certificates import store
from infra.onhost.services import sockets
from infra.onhost.site import outside, serves
from tests.support.onhost import DOMAIN, Host, no_listener
from tests.support.onhost.servers import Behaviour, always, on_socket
from tests.support.operations.certificates import authority, make
from tests.unit.infra.onhost.site.conftest import listening, served

WELL = "the application itself is well: deploy, which loads nginx' files again"


def answers(**by_path: int) -> Behaviour:
    """A status for the health path and one for every other."""
    return lambda _, path: (by_path["health" if path == "/healthz" else "page"], b"")


def texts(host: Host) -> dict[str, str]:
    """What is amiss, by its key."""
    return {key: one.text for key, one in serves.problems(host).items()}


@pytest.mark.parametrize("page", [200, 302, 401, 403, 404, 405])
def test_a_page_may_be_missing_lead_elsewhere_or_ask_for_a_login(host: Host, page: int) -> None:
    with served(host, answers(health=200, page=page), "www.example.org") as (there, asked):
        assert texts(there) == {}
    assert asked.asked == ["/healthz", "/", "/"]
    assert asked.hosts == {DOMAIN, "www.example.org"}


@pytest.mark.parametrize(
    ("health", "page", "said"),
    [
        (502, 502, "/healthz: answered 502"),
        (404, 200, "/healthz: answered 404"),  # of nginx, or of another application
        (301, 200, "/healthz: answered 301"),
        (200, 502, "/: answered 502"),
        (200, 500, "/: answered 500"),
        (200, 503, "/: answered 503"),
    ],
)
def test_what_visitors_get_in_place_of_the_site_is_said(
    host: Host, health: int, page: int, said: str
) -> None:
    with served(host, answers(health=health, page=page)) as (there, _):
        assert serves.problems(there) == {
            f"site {DOMAIN}": (f"https://{DOMAIN}{said}", WELL),
        }


def test_in_maintenance_visitors_get_503_and_the_health_path_is_still_the_application_s(
    host: Host,
) -> None:
    maintenance.turn(host, "on")
    with served(host, answers(health=200, page=503)) as (there, _):
        assert texts(there) == {}
    with served(host, answers(health=502, page=503)) as (there, _):
        assert texts(there) == {f"site {DOMAIN}": f"https://{DOMAIN}/healthz: answered 502"}


def test_it_is_said_where_to_look_when_the_application_does_not_answer(host: Host) -> None:
    socket = host.layout.web / "a" / "socket" / sockets.HTTP
    with served(host, always(502)) as (there, _):
        with on_socket(socket, always(500)):
            [one] = serves.problems(there).values()
            assert one.remedy.startswith("the application says 500 of its health: docker logs")
        [one] = serves.problems(there).values()
    assert one.remedy.startswith("the application does not answer (nothing listens")
    assert "slipway-a-web-1 says why" in one.remedy


def test_a_certificate_that_visitors_do_not_trust_is_said_and_how_to_renew_it(host: Host) -> None:
    with served(host, always(200), "other.example.org") as (there, _):
        [one] = serves.problems(there).values()
        assert "other.example.org/: no visitor trusts it: Hostname mismatch" in one.text
        assert one.remedy == serves.RENEW
        host.layout.ca_bundle.write_bytes(authority("elsewhere.example.org").pem)
        assert set(serves.problems(there)) == {f"site {DOMAIN}", "site other.example.org"}


def test_a_certificate_that_nobody_ever_trusted_is_not_verified(host: Host) -> None:
    made = host.layout.state / "site.pem"
    make(made, "x.example.org")  # self-signed
    key = made.with_name("site.pem.key").read_bytes()
    store.put(host, DOMAIN, made.read_bytes(), key, "self-signed")
    with served(host, always(200)) as (there, _):
        assert texts(there) == {}


def test_a_stream_that_never_ends_is_an_answer(host: Host) -> None:
    def forever(_: int, path: str) -> tuple[int, bytes]:
        return 200, b"x" * (16 * 1024**2 if path == "/" else 1)

    with served(host, forever) as (there, _):
        began = time.monotonic()
        assert texts(there) == {}
        assert time.monotonic() - began < 5


def test_nobody_on_a_port_is_said_once_for_all_names(host: Host) -> None:
    with no_listener() as port, listening() as http:
        there = host.changed(https_port=port, http_port=http, aliases=["www.example.org"])
        assert texts(there) == {f"port {port}": f"nobody listens on port {port}"}


def test_a_port_that_answers_this_host_alone_is_closed_and_the_site_is_asked_all_the_same(
    host: Host,
) -> None:
    own = outside.addresses()
    if not own:
        pytest.skip("this machine has no way out")
    with served(host, answers(health=200, page=404), address="127.0.0.1") as (there, asked):
        port = there.config.https_port
        [key] = texts(there)
        assert key == f"port {port} of {next(iter(own.values()))}"
        assert asked.asked == ["/healthz", "/"]


def test_before_the_first_release_there_is_no_site(host: Host) -> None:
    host.layout.current.unlink()
    assert serves.problems(host) == {}
