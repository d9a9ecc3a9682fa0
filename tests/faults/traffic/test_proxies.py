"""A balancer in front that ends TLS is believed; everybody else is not."""

import http.client
import json
import socket
from typing import Any

import pytest

from tests.faults.conftest import Target
from tests.faults.traffic.conftest import from_inside, serve

pytestmark = pytest.mark.destructive

CLIENT = "203.0.113.9"  # of RFC 5737
OVER_HTTPS = {"X-Forwarded-Proto": "https", "X-Forwarded-For": f"192.0.2.1, {CLIENT}"}


@pytest.fixture(scope="module")
def proxy(target: Target) -> str:
    """The address that the host sees these tests come from."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.connect((target.site.address, 80))
        return str(asking.getsockname()[0])


def ask(target: Target, host: str, headers: dict[str, str], begin: bytes = b"") -> Any:
    """The status, the place that is led to, and what the application heard, over port 80."""
    connection = http.client.HTTPConnection(target.site.address, target.site.http_port, timeout=10)
    connection.connect()
    connection.sock.sendall(begin)
    connection.request("GET", "/x?y", headers={"Host": host, **headers})
    answer = connection.getresponse()
    told = answer.read()
    place = answer.getheader("Location", "")
    hsts = answer.getheader("Strict-Transport-Security")
    connection.close()
    return answer.status, place, hsts, json.loads(told) if answer.status == 200 else {}


def test_nobody_is_believed_by_default(target: Target) -> None:
    serve(target)
    domain = target.site.domain
    status, place, hsts, _ = ask(target, domain, OVER_HTTPS)
    assert (status, place, hsts) == (301, f"https://{domain}/x?y", None)
    told = target.site.ask("/x", headers=OVER_HTTPS).json
    assert CLIENT not in json.dumps(told)


@pytest.mark.parametrize("server", ["uwsgi", "gunicorn"])
def test_a_trusted_proxy_says_who_asks_and_how(target: Target, proxy: str, server: str) -> None:
    alias = f"www.{target.site.domain}"
    serve(
        target,
        web={"server": server},
        nginx={"trusted_proxies": ["198.51.100.0/24", proxy]},
        aliases=[alias],
    )
    domain = target.site.domain
    status, _, hsts, told = ask(target, domain, OVER_HTTPS)
    assert (status, bool(hsts)) == (200, True)
    assert (told["REMOTE_ADDR"], told["HTTP_X_FORWARDED_FOR"]) == (CLIENT, CLIENT)
    assert (told["wsgi.url_scheme"], told["HTTP_HOST"], told["SERVER_PORT"]) in {
        ("https", domain, "443"), ("https", domain, "80")}  # fmt: skip
    # A client that uses HTTP goes to HTTPS; an alias, and a name of nobody's, to the site.
    for scheme in ({"X-Forwarded-Proto": "http"}, {}):
        assert ask(target, domain, scheme)[:3] == (301, f"https://{domain}/x?y", None)
    for name in (alias, "evil.test"):
        assert ask(target, name, OVER_HTTPS)[:2] == (301, f"https://{domain}/x?y")
    assert target.site.ask("/x", headers=OVER_HTTPS).json["REMOTE_ADDR"] == CLIENT
    # Not even from there is anybody taken for the host itself.
    spoofed = {"X-Forwarded-For": "127.0.0.1"}
    assert ask(target, target.site.address, spoofed)[0] == 301
    # From the host, which is no proxy of its, nothing is believed.
    _, shown = from_inside(target, 443, "/x", X_Forwarded_For=CLIENT)
    assert json.loads(shown)["REMOTE_ADDR"] == "127.0.0.1"


def test_the_proxy_protocol_says_it_too(target: Target, proxy: str) -> None:
    serve(target)  # with the certificate for these names: here no balancer leads the CA in
    serve(target, nginx={"trusted_proxies": [proxy], "proxy_protocol": True})
    begin = f"PROXY TCP4 {CLIENT} {target.site.address} 50000 80\r\n".encode()
    domain = target.site.domain
    status, _, _, told = ask(target, domain, {"X-Forwarded-Proto": "https"}, begin)
    assert status == 200
    assert (told["REMOTE_ADDR"], told["wsgi.url_scheme"]) == (CLIENT, "https")
    # Without it nobody gets in, but for the host itself: its checks have let this release through.
    with pytest.raises((http.client.HTTPException, OSError)):
        ask(target, domain, {})
    _, shown = from_inside(target, 443, "/x")
    assert json.loads(shown)["wsgi.url_scheme"] == "https"
    serve(target)
    assert target.site.ask("/x").status == 200
