from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import create_app
from app.config import Config
from app.sign_in import own_path
from app.sign_in_attempts import OVERALL, PER_ADDRESS
from app.sign_in_sessions import Account
from tests.unit.conftest import RedisServer

PASSWORD = "a password that the tests made"  # noqa: S105  # for the tests' own account
HTTPS = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.5"}
Visit = Callable[..., "Visitor"]


@dataclass
class Visitor:
    """A browser that comes by way of nginx."""

    client: FlaskClient

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(path, base_url="https://localhost", headers={**HTTPS, **headers})

    def post(self, path: str, address: str = "203.0.113.5", **data: str) -> TestResponse:
        headers = {**HTTPS, "X-Forwarded-For": address}
        return self.client.post(path, base_url="https://localhost", headers=headers, data=data)

    def token(self) -> str:
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get("/sign-in").text)
        assert found
        return found[1]

    def sign_in(
        self, password: str = PASSWORD, name: str = "admin", path: str = "/sign-in", **more: str
    ) -> TestResponse:
        form = {"csrf_token": self.token(), "name": name, "password": password}
        return self.post(path, **form, **more)

    @property
    def is_inside(self) -> bool:
        return self.get("/dashboard/").status_code == 200


@pytest.fixture
def visit(own_redis: RedisServer, redis: RedisServer) -> Iterator[Visit]:
    """Makes applications, and browsers that visit them."""
    with contextlib.ExitStack() as stack:

        def make(down: bool = False, **environ: str) -> Visitor:
            server = own_redis if down else redis
            (server.folder / "admin").write_text(PASSWORD + "\n")
            account = {"ADMIN_PASSWORD_FILE": str(server.folder / "admin")}
            config = Config.from_environment({**server.environ, **account, **environ})
            app = create_app(config)
            stack.callback(app.extensions["slipway"].close)
            return Visitor(app.test_client())

        yield make


def test_the_right_password_opens_the_dashboard_and_signing_out_closes_it(visit: Visit) -> None:
    visitor = visit()
    assert not visitor.is_inside
    response = visitor.sign_in()
    assert (response.status_code, response.location) == (303, "/dashboard/")
    assert visitor.is_inside
    assert "You are signed in" in visitor.get("/sign-in").text
    assert visitor.post("/sign-out", csrf_token=visitor.token()).location == "/sign-in?left="
    assert not visitor.is_inside


@pytest.mark.parametrize(
    ("name", "password"),
    [("admin", "no such"), ("Admin", PASSWORD), ("other", PASSWORD), ("admin", PASSWORD + " "),
     ("admin", "\N{SNOWMAN}"), ("admina", PASSWORD[1:])],
)  # fmt: skip
def test_a_wrong_name_or_password_is_refused_without_saying_which(
    visit: Visit, name: str, password: str
) -> None:
    visitor = visit()
    response = visitor.sign_in(password, name)
    assert response.status_code == 401
    assert "The user name or the password is wrong." in response.text
    assert password not in response.text
    assert not visitor.is_inside


def test_the_cookie_of_a_session_is_for_this_host_and_this_browser_alone(visit: Visit) -> None:
    cookie = visit().sign_in().headers["Set-Cookie"]
    name, *attributes = cookie.split("; ")
    assert name.startswith("__Host-session=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(attributes)
    assert not [a for a in attributes if a.startswith("Domain")]
    assert [a for a in attributes if a.startswith("Expires")]


def test_in_development_the_cookie_works_over_plain_http(visit: Visit) -> None:
    cookie = visit(INSECURE_COOKIES="1").sign_in().headers["Set-Cookie"]
    assert cookie.startswith("session=")
    assert "Secure" not in cookie


def test_a_copied_cookie_is_worth_nothing_after_signing_out(visit: Visit) -> None:
    visitor, thief = visit(), visit()
    stolen = visitor.sign_in().headers["Set-Cookie"].partition(";")[0]
    thief.client.set_cookie("__Host-session", stolen.partition("=")[2], secure=True)
    assert thief.is_inside
    visitor.post("/sign-out", csrf_token=visitor.token())
    assert not thief.is_inside


def test_signing_in_makes_a_new_session_each_time(visit: Visit, redis: RedisServer) -> None:
    visitor = visit()
    cookies = {visitor.sign_in().headers["Set-Cookie"]}
    cookies.add(visit().sign_in().headers["Set-Cookie"])
    assert len(cookies) == 2
    with redis.client() as client:
        keys = list(client.scan_iter("slipway:session:*"))
        assert len(keys) == 2
        assert all(0 < client.ttl(key) <= 8 * 3600 for key in keys)


def test_another_password_ends_all_sessions(visit: Visit, redis: RedisServer) -> None:
    visitor = visit()
    visitor.sign_in()
    (redis.folder / "other").write_text("another password of them")
    later = visit(ADMIN_PASSWORD_FILE=str(redis.folder / "other"))
    later.client = visitor.client.__class__(later.client.application)
    cookie = visitor.client.get_cookie("__Host-session")
    assert cookie
    later.client.set_cookie("__Host-session", cookie.value, secure=True)
    assert visitor.is_inside
    assert not later.is_inside


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out"])
@pytest.mark.parametrize("forged", [{}, {"csrf_token": "forged"}])
def test_a_form_that_our_page_did_not_make_is_refused(
    visit: Visit, path: str, forged: dict[str, str]
) -> None:
    visitor = visit()
    visitor.sign_in()
    response = visitor.post(path, name="admin", password=PASSWORD, **forged)
    assert response.status_code == 400
    assert "try again" in response.text
    assert visitor.is_inside


def test_attempts_from_an_address_are_few_and_the_wait_is_told(
    visit: Visit, redis: RedisServer
) -> None:
    visitor = visit()
    statuses = [visitor.sign_in("wrong").status_code for _ in range(PER_ADDRESS)]
    assert set(statuses) == {401}
    response = visitor.sign_in()
    assert response.status_code == 429
    assert 0 < int(response.headers["Retry-After"]) <= 300
    assert "try again in 5 min" in response.text
    assert visit().sign_in().status_code == 429  # another process counts with it
    assert visitor.sign_in(address="203.0.113.6").status_code == 303
    with redis.client() as client:
        client.delete("slipway:sign-in:203.0.113.5")  # as time does
    assert visitor.sign_in().status_code == 303


def test_the_right_password_forgives_the_wrong_ones(visit: Visit) -> None:
    visitor = visit()
    for _ in range(2):
        for _ in range(PER_ADDRESS - 1):
            assert visitor.sign_in("wrong").status_code == 401
        assert visitor.sign_in().status_code == 303


def test_the_addresses_of_one_ipv6_network_count_as_one(visit: Visit) -> None:
    visitor = visit()
    for number in range(PER_ADDRESS):
        visitor.sign_in("wrong", address=f"2001:db8:0:1::{number}")
    assert visitor.sign_in(address="2001:db8:0:1:ffff::1").status_code == 429
    assert visitor.sign_in(address="2001:db8:0:2::1").status_code == 303


def test_attempts_from_everywhere_together_are_limited_too(
    visit: Visit, redis: RedisServer
) -> None:
    visitor = visit()
    visitor.sign_in("wrong")
    with redis.client() as client:
        client.incrby("slipway:sign-in:overall", OVERALL - 1)
    assert visitor.sign_in(address="198.51.100.77").status_code == 429


def test_without_redis_signing_in_says_so_and_the_rest_is_served(visit: Visit) -> None:
    visitor = visit(down=True)
    response = visitor.sign_in()
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0
    assert "does not work at the moment" in response.text
    assert visitor.get("/").status_code == visitor.get("/date/").status_code == 200


def test_without_a_password_the_page_says_that_there_is_no_account(client: FlaskClient) -> None:
    assert "No account is configured" in client.get("/sign-in").text
    response = client.post("/sign-in", data={"name": "admin", "password": ""})
    assert response.status_code == 403
    assert not Account(client.application.extensions["slipway"].config).admits("admin", "")


@pytest.mark.parametrize("path", ["/dashboard/0/view/workers", "/docs", "/dashboard/?a=b%20c"])
def test_after_signing_in_the_page_that_was_asked_for_comes(visit: Visit, path: str) -> None:
    visitor = visit()
    if path != "/docs":
        asked = visitor.get(path)
        assert asked.status_code == 303
        assert visitor.sign_in(path=asked.location).location == path
    assert visitor.sign_in(path=f"/sign-in?next={path}").location.partition("?")[0] in path


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "/\\evil.example", "https://evil.example", "\\\\evil.example", "evil", "",
     "/\t/evil.example", "/a\r\nLocation: x", "javascript:alert(1)", "/\N{FULLWIDTH SOLIDUS}evil"],
)  # fmt: skip
def test_no_link_can_make_signing_in_lead_to_another_site(target: str) -> None:
    assert own_path(target) is None


def test_the_account_may_have_another_name(visit: Visit) -> None:
    visitor = visit(ADMIN_USER="captain")
    assert visitor.sign_in().status_code == 401
    assert visitor.sign_in(name="captain").status_code == 303
