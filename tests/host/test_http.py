"""What a client gets of any application, also of one that answers every address."""

import json
import socket
from dataclasses import replace
from uuid import uuid4

import pytest
from testinfra.host import Host

from infra.onhost import layout
from infra.onhost.config import is_address
from infra.onhost.layout import LAYOUT
from infra.programs import HSTS
from infra.settings import Settings, megabytes
from tests.site import Site


def test_http_leads_to_https(site: Site, settings: Settings) -> None:
    answer = site.ask_http("/some/path?a=b")
    assert answer.status == 301
    port = settings.nginx.https_port
    suffix = "" if port == 443 else f":{port}"
    assert answer.headers["location"] == f"https://{settings.domain}{suffix}/some/path?a=b"


def test_http_leads_an_alias_to_its_own_name_and_https_to_the_site(
    site: Site, settings: Settings
) -> None:
    for alias in settings.aliases:
        assert site.ask_http("/a?b", host=alias).headers["location"].startswith(f"https://{alias}")
        answer = replace(site, domain=alias).ask("/a?b")
        assert answer.status == 301
        assert answer.headers["location"].startswith(f"https://{settings.domain}")
        assert answer.headers["location"].endswith("/a?b")


def test_browsers_hear_of_https_alone_while_the_host_trusts_the_certificate(
    host: Host, site: Site, settings: Settings
) -> None:
    about = json.loads(host.file(str(LAYOUT.tls / settings.domain / "about.json")).content_string)
    trusted = about["trusted"] and not is_address(settings.domain)
    told = site.ask(settings.app.health_path).headers.get("strict-transport-security", "")
    assert told == (HSTS[settings.tls.hsts] if trusted else "")


def test_http_3_is_told_of_if_it_is_offered(site: Site, settings: Settings) -> None:
    told = site.ask(settings.app.health_path).headers.get("alt-svc", "")
    assert told.startswith(f'h3=":{settings.nginx.https_port}"') == settings.tls.http3


def test_the_way_to_https_does_not_follow_a_foreign_host_header(site: Site) -> None:
    answer = site.ask_http("/", host="evil.example.org")
    assert answer.headers["location"].startswith(f"https://{site.domain}")


def test_the_application_says_that_it_is_alive(site: Site, settings: Settings) -> None:
    assert site.ask(settings.app.health_path).status == 200


def test_a_body_over_the_limit_gets_413(site: Site, settings: Settings) -> None:
    length = megabytes(settings.nginx.body_size) * 1024**2 + 1
    headers = {"Content-Length": str(length), "Content-Type": "application/octet-stream"}
    assert site.ask(settings.app.health_path, "POST", b"{", headers=headers).status == 413


def is_shipped(settings: Settings) -> bool:
    """Whether Slipway's own configuration of the server runs: another one may refuse more."""
    return not settings.web.command and not (settings.app.source / "Dockerfile").exists()


def test_large_headers_are_served_and_a_flood_is_refused_by_nginx(
    site: Site, settings: Settings
) -> None:
    path = settings.app.health_path
    large = site.ask(path, headers={"X-Large": "x" * 12000})
    assert large.status == 200 if is_shipped(settings) else large.status < 500
    flood = {f"X-{i}": "x" * 8000 for i in range(20)}
    assert site.ask(path, headers=flood).status in {400, 431}
    assert site.ask(path, headers={f"X-{i}": "x" for i in range(111)}).status in {400, 431}


def test_nginx_s_own_health_is_told_to_this_host_alone(site: Site) -> None:
    assert site.ask_http(layout.NGINX_HEALTH, host=site.address).status != 204
    assert site.ask(layout.NGINX_HEALTH).status != 204


def test_nginx_writes_to_its_spool_on_disk(host: Host) -> None:
    spool = host.file(str(LAYOUT.spool))
    assert (spool.uid, spool.mode) == (layout.NGINX_UID, 0o700)
    asked = "findmnt --noheadings --output FSTYPE --target %s"
    assert host.check_output(asked, str(LAYOUT.spool)) != "tmpfs"


def test_a_long_address_reaches_the_application(site: Site, settings: Settings) -> None:
    if not is_shipped(settings):
        pytest.skip("the application brings a server of its own, which may refuse long addresses")
    answer = site.ask(f"{settings.app.health_path}?{'x' * 12000}")
    assert answer.status < 500
    assert answer.status not in {414, 431}


def test_private_paths_are_not_there_from_outside_however_they_are_spelt(
    site: Site, settings: Settings
) -> None:
    for path in settings.nginx.private_paths:
        first, rest = f"%{ord(path[1]):x}", path[2:]
        spelt = [
            path,
            f"{path}/",
            f"{path}/x",
            f"{path}?x",
            f"/{path}",
            f"/.{path}",
            f"/x/..{path}",
        ]
        spelt += [f"/{first}{rest}", f"/x%2f..%2f{path[1:]}", f"{path}%2f"]
        for way in spelt:
            assert site.ask(way).status == 404, way


def test_a_private_path_encoded_twice_is_another_path_and_an_unknown_one(
    host: Host, site: Site, settings: Settings
) -> None:
    unknown = site.ask(f"/{uuid4().hex}").status
    for path in settings.nginx.private_paths:
        answer = site.ask(f"/%25{ord(path[1]):x}{path[2:]}")
        assert answer.status in {unknown, 400, 404}, path
        private = host.run("%s get %s", str(LAYOUT.command), path)
        assert private.rc or answer.body.decode(errors="replace") != private.stdout, path


def test_the_host_s_own_check_of_the_site_finds_nothing_amiss(host: Host) -> None:
    done = host.run("%s site-check", str(LAYOUT.command))
    assert done.rc == 0, done.stderr


def test_the_host_itself_asks_past_nginx(host: Host, site: Site, settings: Settings) -> None:
    assert host.run("%s get %s", str(LAYOUT.command), settings.app.health_path).rc == 0
    unknown = f"/{uuid4().hex}"  # many applications have a page at every address
    done = host.run("%s get %s", str(LAYOUT.command), unknown)
    assert done.rc == int(site.ask(unknown).status >= 400)


def test_a_static_file_that_was_never_finished_is_asked_of_the_application(
    site: Site, settings: Settings
) -> None:
    answer = site.ask(f"{settings.app.static_url}{uuid4().hex}.css")
    assert answer.status < 500
    assert "immutable" not in answer.headers.get("cache-control", "")


def test_http_2_is_offered(site: Site) -> None:
    context = site.context()
    context.set_alpn_protocols(["h2", "http/1.1"])
    with (
        socket.create_connection((site.address, site.https_port), 10) as raw,
        context.wrap_socket(raw, server_hostname=site.domain) as tls,
    ):
        assert tls.selected_alpn_protocol() == "h2"
        assert tls.version() == "TLSv1.3"
