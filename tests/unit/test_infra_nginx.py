"""What nginx is told, directive by directive; its own checker runs on the test host."""

import re
from typing import Any

import pytest

from infra import base, release
from infra.inventory import load
from infra.onhost import layout
from infra.settings import Settings

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


def nginx_conf(settings: Settings) -> str:
    images = base.image("nginx", settings), base.image("redis", settings)
    files = {file.path: file.content for file in base.base_files(settings, *images)}
    return (files[str(layout.NGINX / "nginx.conf")] or b"").decode()


def site_conf(settings: Settings) -> str:
    files = {file.path: file.content for file in release.release_files(settings, "slipway/app:1")}
    return (files["site.conf"] or b"").decode()


def values(text: str, directive: str) -> list[str]:
    """Every value of a directive, in order."""
    found = re.findall(rf"^ *{directive} (.*?);$", text, re.MULTILINE | re.DOTALL)
    return [" ".join(value.split()) for value in found]


def parameters(settings: Settings) -> dict[str, str]:
    pairs = (value.partition(" ") for value in values(site_conf(settings), "uwsgi_param"))
    return {name: value for name, _, value in pairs}


@pytest.mark.parametrize("render", [nginx_conf, site_conf])
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
        f"{http} default_server",
        f"[::]:{http} default_server",
        f"{https} ssl default_server",
        f"[::]:{https} ssl default_server",
    ]
    assert values(site_conf(settings), "listen") == [f"{https} ssl", f"[::]:{https} ssl"]


def test_http_leads_to_https_of_the_site() -> None:
    assert values(nginx_conf(DEFAULTS), "return") == [
        "204",
        "301 https://app.example.org$request_uri",
    ]


def test_http_leads_to_a_port_of_https_that_is_not_the_usual_one() -> None:
    assert "301 https://app.example.org:8443$request_uri" in values(nginx_conf(UNUSUAL), "return")


def test_challenges_are_answered_over_http() -> None:
    text = nginx_conf(DEFAULTS)
    assert values(text, "root") == [str(layout.WEBROOT)]
    assert "location ^~ /.well-known/acme-challenge/ {" in text


def test_nginx_s_own_health_is_for_this_host_alone() -> None:
    [block] = re.findall(
        rf"location = {layout.NGINX_HEALTH} {{(.*?)}}", nginx_conf(DEFAULTS), re.DOTALL
    )
    assert values(block, "allow") == ["127.0.0.1"]
    assert values(block, "deny") == ["all"]


def test_only_the_site_s_name_gets_a_certificate() -> None:
    assert values(nginx_conf(DEFAULTS), "ssl_reject_handshake") == ["on"]
    assert values(site_conf(DEFAULTS), "server_name") == ["app.example.org"]


def test_tls_is_modern_and_sessions_are_not_resumed_by_tickets() -> None:
    text = nginx_conf(DEFAULTS)
    assert values(text, "ssl_protocols") == ["TLSv1.2 TLSv1.3"]
    assert values(text, "ssl_session_tickets") == ["off"]
    assert values(text, "ssl_certificate") == [str(layout.TLS_CERTIFICATE)]
    assert values(text, "ssl_certificate_key") == [str(layout.TLS_KEY)]
    [ciphers] = values(text, "ssl_ciphers")
    assert all(cipher.startswith("ECDHE-") for cipher in ciphers.split(":"))


def test_the_limits_are_those_of_the_settings() -> None:
    assert values(nginx_conf(DEFAULTS), "client_max_body_size") == ["10m"]
    assert values(nginx_conf(UNUSUAL), "client_max_body_size") == ["1g"]
    assert values(site_conf(UNUSUAL), "uwsgi_read_timeout") == ["95s"]


def test_nginx_waits_longer_than_a_request_may_take() -> None:
    [wait] = values(site_conf(DEFAULTS), "uwsgi_read_timeout")
    assert int(wait.removesuffix("s")) > DEFAULTS.web.request_timeout


def test_requests_go_to_the_current_release_and_are_not_sent_twice() -> None:
    passed = f"unix:{layout.CURRENT}/socket/uwsgi.sock"
    assert set(values(site_conf(DEFAULTS), "uwsgi_pass")) == {passed}
    assert values(site_conf(DEFAULTS), "uwsgi_next_upstream") == ["off"]


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


def test_the_site_is_read_from_where_the_switch_puts_it() -> None:
    assert f"{layout.CURRENT}/site.con[f]" in values(nginx_conf(DEFAULTS), "include")


GUNICORN = load(GOOD | {"web": {"server": "gunicorn", "request_timeout": 90}}, "one")


def test_gunicorn_is_asked_by_http_on_a_socket_of_another_name() -> None:
    text = site_conf(GUNICORN)
    assert set(values(text, "proxy_pass")) == {f"http://unix:{layout.CURRENT}/socket/http.sock"}
    assert values(text, "proxy_read_timeout") == ["95s"]
    assert values(text, "proxy_next_upstream") == ["off"]
    assert "uwsgi_" not in text


def test_gunicorn_hears_of_the_client_from_nginx_alone() -> None:
    pairs = (value.partition(" ") for value in values(site_conf(GUNICORN), "proxy_set_header"))
    found = {name: value for name, _, value in pairs}
    dropped = ["Forwarded", "Proxy", *(f"X-Forwarded-{n}" for n in ("Host", "Port", "Prefix"))]
    assert {name: found[name] for name in dropped} == dict.fromkeys(dropped, '""')
    assert found["X-Forwarded-For"] == "$remote_addr"
    assert found["X-Forwarded-Proto"] == "$scheme"
    assert found["X-Request-Id"] == "$request_id"


def location(text: str, name: str) -> str:
    [block] = re.findall(
        rf"^    location {re.escape(name)} {{(.*?)^    }}", text, re.MULTILINE | re.DOTALL
    )
    return str(block)


@pytest.mark.parametrize("settings", [DEFAULTS, GUNICORN])
def test_finished_static_files_are_kept_for_a_year_and_others_asked_of_the_application(
    settings: Settings,
) -> None:
    block = location(site_conf(settings), "^~ /static/")
    assert values(block, "alias") == [f"{layout.STATIC}/"]
    assert values(block, "gzip_static") == ["on"]
    assert 'Cache-Control "public, max-age=31536000, immutable"' in values(block, "add_header")
    assert values(block, "error_page") == ["403 404 405 = @application"]
    assert "_pass" in location(site_conf(settings), "@application")


def test_private_paths_and_what_is_below_them_are_not_there() -> None:
    settings = load(GOOD | {"nginx": {"private_paths": ["/metrics", "/in/ternal"]}}, "one")
    for name in ("= /metrics", "^~ /metrics/", "= /in/ternal", "^~ /in/ternal/"):
        assert values(location(site_conf(settings), name), "return") == ["404"]
