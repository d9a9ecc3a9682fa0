"""What nginx is told, directive by directive; its own checker runs on the test host."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from infra.base import ipv6_files, start_nginx
from infra.onhost import layout
from infra.onhost.layout import LAYOUT
from infra.settings import Settings, load
from tests.support.facts import program
from tests.support.nginx import (
    DEFAULTS,
    UNUSUAL,
    base_file,
    nginx_conf,
    routes_conf,
    values,
)
from tests.support.settings import GOOD


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
    text = nginx_conf(settings)
    assert values(text, "listen") == [
        f"{http} default_server reuseport",
        f"{https} ssl reuseport",
        f"{https} quic reuseport",
    ]
    ipv6 = [path for path in values(text, "include") if path.startswith(layout.IPV6_LINK)]
    assert ipv6 == [layout.IPV6_LISTEN.format(name=name) for name in ("http", "sockets")]
    listened = {name: values(lines, "listen") for name, lines in ipv6_files(settings).items()}
    assert listened == {
        "http.conf": [f"[::]:{http} default_server reuseport"],
        "sockets.conf": [f"[::]:{https} ssl reuseport", f"[::]:{https} quic reuseport"],
        "https.conf": [f"[::]:{https} ssl", f"[::]:{https} quic"],
        "default.conf": [f"[::]:{https} ssl default_server", f"[::]:{https} quic default_server"],
    }


@pytest.mark.parametrize(("kernel", "linked"), [("exit 97", False), ("true", True)])
def test_nginx_listens_by_ipv6_only_where_its_kernel_has_sockets_for_it(
    tmp_path: Path, kernel: str, linked: bool
) -> None:
    """The shell's line of its container, with the kernel's answer in place of perl's."""
    for name, script in (("perl", kernel), ("nginx", 'echo "$*"; ulimit -d')):
        program(tmp_path, name, script)
    line = start_nginx(DEFAULTS).replace("/tmp", str(tmp_path))
    env = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    done = subprocess.run(["sh", "-c", line], env=env, capture_output=True, text=True, check=True)
    assert done.stdout == f"-c {LAYOUT.nginx_configuration} -g daemon off;\n{108 * 1024}\n"
    assert (tmp_path / "ipv6").is_symlink() == linked


def test_without_http_3_udp_is_not_listened_on_and_not_advertised() -> None:
    settings = load(GOOD | {"tls": {"http3": False}}, "one")
    assert "quic" not in nginx_conf(settings) + "".join(ipv6_files(settings).values())
    assert "Alt-Svc" not in base_file(settings, "headers.conf")


def test_http_3_is_advertised_on_the_port_of_https() -> None:
    [_, advertised] = values(base_file(UNUSUAL, "headers.conf"), "add_header")
    assert advertised == "Alt-Svc 'h3=\":8443\"; ma=86400' always"


def test_http_leads_to_https_of_the_site() -> None:
    assert "301 https://$https_name$request_uri" in values(nginx_conf(DEFAULTS), "return")


def test_http_leads_to_a_port_of_https_that_is_not_the_usual_one() -> None:
    assert "301 https://$https_name:8443$request_uri" in values(nginx_conf(UNUSUAL), "return")


def test_challenges_are_answered_over_http() -> None:
    text = nginx_conf(DEFAULTS)
    assert values(text, "root") == [str(LAYOUT.webroot)]
    assert "location ^~ /.well-known/acme-challenge/ {" in text


def test_nginx_s_own_health_is_for_this_host_alone() -> None:
    [block] = re.findall(
        rf"location = {layout.NGINX_HEALTH} {{(.*?)^        }}",
        nginx_conf(DEFAULTS),
        re.MULTILINE | re.DOTALL,
    )
    # In this order: both are of nginx' rewrite phase, which is over before it looks at addresses.
    assert values(block, "return") == ["404", "204"]
    assert 'if ($from_host = "") {' in block
    assert "allow" not in block


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


def test_nginx_logs_to_its_container_and_does_not_tell_its_version() -> None:
    text = nginx_conf(DEFAULTS)
    assert values(text, "server_tokens") == ["off"]
    assert values(text, "access_log") == ["/dev/stdout slipway", "off"]
    assert values(text, "error_log") == ["stderr warn"]


def test_nginx_writes_to_tmp_and_its_spool_alone() -> None:
    text = nginx_conf(DEFAULTS)
    assert values(text, "pid") == ["/tmp/nginx.pid"]
    kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    places = [values(text, f"{kind}_temp_path")[0] for kind in kinds]
    assert all(place.startswith(f"{LAYOUT.spool}/") for place in places)
