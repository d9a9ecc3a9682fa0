from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app.sign_in.sessions import Account
from tests.support.redis_server import RedisServer
from tests.support.visitor import PASSWORD, Visit


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
    [
        ("admin", "no such"),
        ("Admin", PASSWORD),
        ("other", PASSWORD),
        ("admin", PASSWORD + " "),
        ("admin", "\N{SNOWMAN}"),
        ("admina", PASSWORD[1:]),
    ],
)
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
    assert not Account(client.application.extensions["job_queue"].config).matches("admin", "")


@pytest.mark.parametrize("path", ["/dashboard/0/view/workers", "/docs", "/dashboard/?a=b%20c"])
def test_after_signing_in_the_page_that_was_asked_for_comes(visit: Visit, path: str) -> None:
    visitor = visit()
    if path != "/docs":
        asked = visitor.get(path)
        assert asked.status_code == 303
        assert visitor.sign_in(path=asked.location).location == path
    assert visitor.sign_in(path=f"/sign-in?next={path}").location.partition("?")[0] in path


def test_the_account_may_have_another_name(visit: Visit) -> None:
    visitor = visit(ADMIN_USER="captain")
    assert visitor.sign_in().status_code == 401
    assert visitor.sign_in(name="captain").status_code == 303
