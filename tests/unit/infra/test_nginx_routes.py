"""The routes of a release: what nginx passes to it, keeps from it and answers for it."""

import pytest

from infra.onhost.layout import LAYOUT
from infra.settings import Settings, load
from tests.support.nginx import (
    DEFAULTS,
    GUNICORN,
    UNUSUAL,
    base_file,
    location,
    parameters,
    routes_conf,
    values,
)
from tests.support.settings import GOOD


def test_headers_of_every_answer_stand_wherever_others_are_added() -> None:
    blocks = [location(routes_conf(DEFAULTS), name) for name in ("@closed", "^~ /static/")]
    for block in blocks:
        assert values(block, "add_header")
        assert values(block, "include") == [str(LAYOUT.nginx_headers)]
    assert routes_conf(DEFAULTS).count("include") == len(blocks)


def test_browsers_hear_of_hsts_from_nginx_alone() -> None:
    told = values(base_file(DEFAULTS, "headers.conf"), "add_header")
    assert told[0] == "Strict-Transport-Security $hsts always"
    for settings, way in ((DEFAULTS, "uwsgi"), (GUNICORN, "proxy")):
        hidden = values(routes_conf(settings), f"{way}_hide_header")
        assert hidden == ["Strict-Transport-Security"]


def test_the_limits_are_those_of_the_settings() -> None:
    assert values(routes_conf(DEFAULTS), "client_max_body_size") == ["10m"]
    assert values(routes_conf(UNUSUAL), "client_max_body_size") == ["1g"]
    assert values(routes_conf(UNUSUAL), "uwsgi_read_timeout") == ["95s"]


def test_nginx_waits_longer_than_a_request_may_take() -> None:
    [wait] = values(routes_conf(DEFAULTS), "uwsgi_read_timeout")
    assert int(wait.removesuffix("s")) > DEFAULTS.web.request_timeout


def test_requests_go_to_the_current_release_and_are_not_sent_twice() -> None:
    passed = f"unix:{LAYOUT.current}/socket/uwsgi.sock"
    assert set(values(routes_conf(DEFAULTS), "uwsgi_pass")) == {passed}
    assert values(routes_conf(DEFAULTS), "uwsgi_next_upstream") == ["off"]


def test_what_a_client_claims_of_proxies_and_chunks_is_dropped() -> None:
    found = parameters(DEFAULTS)
    assert found["HTTP_PROXY"] == '""'
    assert found["HTTP_TRANSFER_ENCODING"] == '""'
    assert found["HTTP_X_FORWARDED_FOR"] == "$remote_addr"
    assert found["HTTP_X_FORWARDED_PROTO"] == "$scheme"
    assert found["REMOTE_ADDR"] == "$remote_addr"


def test_the_application_gets_what_wsgi_needs() -> None:
    needed = "REQUEST_METHOD PATH_INFO QUERY_STRING CONTENT_TYPE CONTENT_LENGTH SERVER_NAME"
    needed += " SERVER_PORT SERVER_PROTOCOL REQUEST_URI HTTPS"
    assert set(needed.split()) <= parameters(DEFAULTS).keys()


def test_gunicorn_is_asked_by_http_on_a_socket_of_another_name() -> None:
    text = routes_conf(GUNICORN)
    assert set(values(text, "proxy_pass")) == {f"http://unix:{LAYOUT.current}/socket/http.sock"}
    assert values(text, "proxy_read_timeout") == ["95s"]
    assert values(text, "proxy_next_upstream") == ["off"]
    assert "uwsgi_" not in text


def test_gunicorn_hears_of_the_client_from_nginx_alone() -> None:
    pairs = (value.partition(" ") for value in values(routes_conf(GUNICORN), "proxy_set_header"))
    found = {name: value for name, _, value in pairs}
    dropped = ["Forwarded", "Proxy", *(f"X-Forwarded-{n}" for n in ("Host", "Port", "Prefix"))]
    assert {name: found[name] for name in dropped} == dict.fromkeys(dropped, '""')
    assert found["X-Forwarded-For"] == "$remote_addr"
    assert found["X-Forwarded-Proto"] == "$scheme"
    assert found["X-Request-Id"] == "$request_id"


@pytest.mark.parametrize("settings", [DEFAULTS, GUNICORN])
def test_finished_static_files_are_kept_for_a_year_and_others_asked_of_the_application(
    settings: Settings,
) -> None:
    block = location(routes_conf(settings), "^~ /static/")
    assert values(block, "alias") == [f"{LAYOUT.static}/"]
    assert values(block, "gzip_static") == ["on"]
    assert 'Cache-Control "public, max-age=31536000, immutable"' in values(block, "add_header")
    assert values(block, "error_page") == ["403 404 405 = @application"]
    assert "_pass" in location(routes_conf(settings), "@application")


def test_private_paths_and_what_is_below_them_are_not_there() -> None:
    settings = load(GOOD | {"nginx": {"private_paths": ["/metrics", "/in/ternal"]}}, "one")
    for name in ("= /metrics", "^~ /metrics/", "= /in/ternal", "^~ /in/ternal/"):
        assert values(location(routes_conf(settings), name), "return") == ["404"]
