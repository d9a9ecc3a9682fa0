"""The routes of a release: what nginx passes to it, keeps from it and answers for it."""

import re

import pytest

from infra.onhost.layout import LAYOUT
from infra.settings import Settings, capacity, load
from tests.support.nginx import (
    DEFAULTS,
    GUNICORN,
    UNUSUAL,
    base_file,
    location,
    nginx_conf,
    parameters,
    routes_conf,
    values,
)
from tests.support.settings import GOOD


def test_headers_of_every_answer_stand_wherever_others_are_added() -> None:
    for text in (routes_conf(DEFAULTS), base_file(DEFAULTS, "pages.conf")):
        names = re.findall(r"^location (.+) {$", text, re.MULTILINE)
        blocks = [location(text, name) for name in names]
        adding = [block for block in blocks if values(block, "add_header")]
        assert adding
        assert all(str(LAYOUT.nginx_headers) in values(block, "include") for block in adding)


def test_browsers_hear_of_hsts_from_nginx_alone() -> None:
    told = values(base_file(DEFAULTS, "headers.conf"), "add_header")
    assert told[0] == "Strict-Transport-Security $hsts_told always"
    for settings, way in ((DEFAULTS, "uwsgi"), (GUNICORN, "proxy")):
        hidden = values(routes_conf(settings), f"{way}_hide_header")
        assert hidden == ["Strict-Transport-Security"]


def test_the_limits_are_those_of_the_settings() -> None:
    assert values(routes_conf(DEFAULTS), "client_max_body_size") == ["10m"]
    assert values(routes_conf(UNUSUAL), "client_max_body_size") == ["1g"]
    assert values(routes_conf(UNUSUAL), "uwsgi_read_timeout") == ["95s", "3600s"]


def test_nginx_waits_longer_than_a_request_may_take() -> None:
    wait, _ = values(routes_conf(DEFAULTS), "uwsgi_read_timeout")
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
    assert found["HTTP_X_FORWARDED_PROTO"] == "$client_scheme"
    assert found["REMOTE_ADDR"] == "$remote_addr"


def test_the_application_gets_what_wsgi_needs() -> None:
    needed = "REQUEST_METHOD PATH_INFO QUERY_STRING CONTENT_TYPE CONTENT_LENGTH SERVER_NAME"
    needed += " SERVER_PORT SERVER_PROTOCOL REQUEST_URI HTTPS"
    assert set(needed.split()) <= parameters(DEFAULTS).keys()


def test_gunicorn_is_asked_by_http_on_a_socket_of_another_name() -> None:
    text = routes_conf(GUNICORN)
    assert set(values(text, "proxy_pass")) == {f"http://unix:{LAYOUT.current}/socket/http.sock"}
    assert values(text, "proxy_read_timeout") == ["95s", "3600s"]
    assert values(text, "proxy_next_upstream") == ["off"]
    assert "uwsgi_" not in text


def test_gunicorn_hears_of_the_client_from_nginx_alone() -> None:
    pairs = (value.partition(" ") for value in values(routes_conf(GUNICORN), "proxy_set_header"))
    found = {name: value for name, _, value in pairs}
    dropped = ["Forwarded", "Proxy", *(f"X-Forwarded-{n}" for n in ("Host", "Port", "Prefix"))]
    assert {name: found[name] for name in dropped} == dict.fromkeys(dropped, '""')
    assert found["X-Forwarded-For"] == "$remote_addr"
    assert found["X-Forwarded-Proto"] == "$client_scheme"
    assert found["X-Request-Id"] == "$request_id"


@pytest.mark.parametrize("settings", [DEFAULTS, GUNICORN])
def test_finished_static_files_are_kept_for_a_year_and_others_asked_of_the_application(
    settings: Settings,
) -> None:
    block = location(routes_conf(settings), "^~ /static/")
    assert values(block, "alias") == [f"{LAYOUT.static}/"]
    assert values(block, "gzip_static") == ["on"]
    assert 'Cache-Control "public, max-age=31536000, immutable"' in values(block, "add_header")
    assert values(block, "error_page")[0] == "403 404 405 = @application"
    assert "_pass" in location(routes_conf(settings), "@application")


def test_private_paths_and_what_is_below_them_are_not_there() -> None:
    settings = load(GOOD | {"nginx": {"private_paths": ["/metrics", "/in/ternal"]}}, "one")
    for name in ("= /metrics", "^~ /metrics/", "= /in/ternal", "^~ /in/ternal/"):
        assert values(location(routes_conf(settings), name), "return") == ["404"]


@pytest.mark.parametrize("settings", [DEFAULTS, GUNICORN])
def test_the_application_hears_the_site_s_own_name_alone(settings: Settings) -> None:
    for given, port in (
        (settings, ""),
        (load(GOOD | {"nginx": {"https_port": 8443}}, "one"), ":8443"),
    ):
        text = routes_conf(given)
        told = values(text, "uwsgi_param HTTP_HOST") + values(text, "proxy_set_header Host")
        assert told == [f"$server_name{port}"]


@pytest.mark.parametrize("settings", [DEFAULTS, GUNICORN])
def test_every_way_to_the_application_is_bounded(settings: Settings) -> None:
    text = routes_conf(settings)
    names = re.findall(r"^location (.+) {$", text, re.MULTILINE)
    ways = {name for name in names if "_pass " in location(text, name)}
    assert ways == {"/", "= /healthz", "@medium_load", "@high_load", "@stream", "@application"}
    for block in (location(text, name) for name in ways):
        counted = dict(value.split() for value in values(block, "limit_conn"))
        assert counted == {
            "requests": str(settings.nginx.requests),
            "client_requests": str(settings.nginx.client_requests),
            "bodies": str(capacity.bodies(settings.nginx)),
            "client_bodies": str(capacity.bodies_of_client(settings.nginx)),
        }
        assert values(block, "limit_req") == ["zone=client_rate burst=200 nodelay"]


@pytest.mark.parametrize("settings", [DEFAULTS, GUNICORN])
def test_what_is_counted_has_its_zone_in_the_base(settings: Settings) -> None:
    zones = re.findall(r"_zone \S+ zone=(\w+):", nginx_conf(settings))
    live = {"kind": "server", "command": ["serve"], "path": "/live/"}
    served = {**settings.model_dump(exclude_unset=True), "processes": {"live": live}}
    text = routes_conf(load(served, "one"))
    counted = {value.split()[0] for value in values(text, "limit_conn")}
    counted |= {value.split()[0].removeprefix("zone=") for value in values(text, "limit_req")}
    assert counted == set(zones)


def test_what_is_too_much_gets_503_and_is_told_when_to_come_again() -> None:
    text = routes_conf(DEFAULTS)
    [status] = {*values(text, "limit_conn_status"), *values(text, "limit_req_status")}
    [page] = [page for page in values(text, "error_page") if page.startswith(f"{status} =503 ")][:1]
    for kind in ("html", "json"):
        name = page.split()[-1].replace("$answer_kind", kind)
        block = location(base_file(DEFAULTS, "pages.conf"), f"= {name}")
        assert "internal;" in block
        assert "Retry-After 5 always" in values(block, "add_header")
    assert "500 502 = @not_taken" in values(text, "error_page")
    assert values(location(text, "@not_taken"), "return") == ["502", status]


def test_a_request_that_the_server_took_and_did_not_answer_gets_502_and_goes_in_no_circle() -> None:
    text = routes_conf(DEFAULTS)
    block = location(text, "@not_taken")
    assert [page for page in values(block, "error_page") if "@not_taken" in page] == []
    assert len(values(block, "error_page")) == 2  # instead of those of the server
