"""What nginx is told, directive by directive; its own checker runs on the test host."""

import re
from typing import Any

import pytest

from infra import base, release
from infra.onhost import layout
from infra.onhost.layout import LAYOUT
from infra.settings import Settings, load

GOOD: dict[str, Any] = {"domain": "app.example.org", "email": "you@example.org"}
DEFAULTS = load(GOOD, "one")
UNUSUAL = load(
    GOOD
    | {
        "nginx": {"http_port": 8080, "https_port": 8443, "body_size": "1g"},
        "web": {"request_timeout": 90},
    },
    "one",
)


def base_file(settings: Settings, name: str) -> str:
    images = base.image("nginx", settings), base.image("redis", settings)
    files = {file.path: file.content for file in base.base_files(settings, *images)}
    return (files[str(LAYOUT.nginx / name)] or b"").decode()


def nginx_conf(settings: Settings) -> str:
    return base_file(settings, "nginx.conf")


def routes_conf(settings: Settings) -> str:
    files = {file.path: file.content for file in release.release_files(settings, "slipway/app:1")}
    return (files["routes.conf"] or b"").decode()


def values(text: str, directive: str) -> list[str]:
    """Every value of a directive, in order."""
    line = rf"^ *{directive} (.*?);(?: *#[^\n]*)?$"
    found = re.findall(line, text, re.MULTILINE | re.DOTALL)
    return [" ".join(value.split()) for value in found]


def parameters(settings: Settings) -> dict[str, str]:
    pairs = (value.partition(" ") for value in values(routes_conf(settings), "uwsgi_param"))
    return {name: value for name, _, value in pairs}


@pytest.mark.parametrize("render", [nginx_conf, routes_conf])
def test_blocks_and_lines_are_closed(render: Any) -> None:
    text = re.sub(r"^ *#.*$|'.*?'", "", render(UNUSUAL), flags=re.MULTILINE)
    assert text.count("{") == text.count("}")
    lines = [line.strip() for line in text.splitlines()]
    assert all(
        line.endswith((";", "{", "}")) for line in lines if line and "log_format" not in line
    )


@pytest.mark.parametrize(
    ("settings", "http", "https"), [(DEFAULTS, 80, 443), (UNUSUAL, 8080, 8443)]
)
def test_both_address_families_are_listened_on(settings: Settings, http: int, https: int) -> None:
    assert values(nginx_conf(settings), "listen") == [
        f"{http} default_server reuseport",
        f"[::]:{http} default_server reuseport",
        f"{https} ssl reuseport",
        f"[::]:{https} ssl reuseport",
        f"{https} quic reuseport",
        f"[::]:{https} quic reuseport",
    ]


def test_without_http_3_udp_is_not_listened_on_and_not_advertised() -> None:
    settings = load(GOOD | {"tls": {"http3": False}}, "one")
    assert "quic" not in nginx_conf(settings)
    assert "Alt-Svc" not in base_file(settings, "headers.conf")


def test_http_3_is_advertised_on_the_port_of_https() -> None:
    [_, advertised] = values(base_file(UNUSUAL, "headers.conf"), "add_header")
    assert advertised == "Alt-Svc 'h3=\":8443\"; ma=86400' always"


def test_http_leads_to_https_of_the_site() -> None:
    assert values(nginx_conf(DEFAULTS), "return")[:2] == [
        "204",
        "301 https://$https_name$request_uri",
    ]


def test_http_leads_to_a_port_of_https_that_is_not_the_usual_one() -> None:
    assert "301 https://$https_name:8443$request_uri" in values(nginx_conf(UNUSUAL), "return")


def test_challenges_are_answered_over_http() -> None:
    text = nginx_conf(DEFAULTS)
    assert values(text, "root") == [str(LAYOUT.webroot)]
    assert "location ^~ /.well-known/acme-challenge/ {" in text


def test_nginx_s_own_health_is_for_this_host_alone() -> None:
    [block] = re.findall(
        rf"location = {layout.NGINX_HEALTH} {{(.*?)}}", nginx_conf(DEFAULTS), re.DOTALL
    )
    assert values(block, "allow") == ["127.0.0.1"]
    assert values(block, "deny") == ["all"]


def test_a_name_that_nobody_serves_gets_no_certificate() -> None:
    text = nginx_conf(DEFAULTS)
    assert values(text, "ssl_reject_handshake") == ["on"]
    assert values(text, "server_name") == ['"~."']  # a pattern: any exact name goes before it
    assert values(text, "ssl_certificate") == []
    assert values(text, "include")[-1] == str(LAYOUT.virtual_hosts)


def test_every_server_of_the_site_has_its_headers_and_the_release_s_routes() -> None:
    assert values(base_file(DEFAULTS, "site.conf"), "include") == [
        str(LAYOUT.nginx_headers),
        "routes.conf",
    ]


def test_tls_is_modern_and_sessions_are_not_resumed_by_tickets() -> None:
    text = nginx_conf(DEFAULTS)
    assert values(text, "ssl_protocols") == ["TLSv1.2 TLSv1.3"]
    assert values(text, "ssl_session_tickets") == ["off"]
    [ciphers] = values(text, "ssl_ciphers")
    assert all(cipher.startswith("ECDHE-") for cipher in ciphers.split(":"))


def test_the_modern_profile_has_one_version_of_tls_whose_ciphers_are_all_good() -> None:
    text = nginx_conf(load(GOOD | {"tls": {"profile": "modern"}}, "one"))
    assert values(text, "ssl_protocols") == ["TLSv1.3"]
    assert values(text, "ssl_ciphers") == []


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


def test_nginx_logs_to_its_container_and_does_not_tell_its_version() -> None:
    text = nginx_conf(DEFAULTS)
    assert values(text, "server_tokens") == ["off"]
    assert values(text, "access_log") == ["/dev/stdout slipway", "off"]
    assert values(text, "error_log") == ["stderr warn"]


def test_nginx_writes_to_tmp_alone() -> None:
    text = nginx_conf(DEFAULTS)
    assert values(text, "pid") == ["/tmp/nginx.pid"]
    kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    places = [values(text, f"{kind}_temp_path")[0] for kind in kinds]
    assert all(place.startswith("/tmp/") for place in places)


GUNICORN = load(GOOD | {"web": {"server": "gunicorn", "request_timeout": 90}}, "one")


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


def location(text: str, name: str) -> str:
    [block] = re.findall(rf"^location {re.escape(name)} {{(.*?)^}}", text, re.MULTILINE | re.DOTALL)
    return str(block)


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
