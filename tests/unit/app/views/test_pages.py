from __future__ import annotations

import contextlib
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app import create_app
from app.config import Config
from tests.support.processes import ROOT
from tests.support.redis_server import RedisServer

STATIC = ROOT / "app/static"
PAGES = ["/", "/sign-in", "/docs"]


class Addresses(HTMLParser):
    """Collects what a page names."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = ("href", "src", "action", "data-start", "data-jobs")
        self.found += [value.partition("#")[0] for name, value in attrs if name in names and value]


@pytest.mark.parametrize("path", PAGES)
def test_all_that_a_page_names_is_its_own_and_there(client: FlaskClient, path: str) -> None:
    page = client.get(path)
    assert page.mimetype == "text/html"
    found = Addresses(page.text).found
    assert len(found) >= 5
    assert all(re.match(r"/(?!/)|$", address) for address in found)
    for address in filter(None, found):
        with contextlib.closing(client.get(address)) as response:
            expected = {"/background_count/": {405}, "/api": {400}, "/dashboard/": {303}}
            assert response.status_code in expected.get(address, {200}), address


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_nothing_inline_that_the_policy_forbids(client: FlaskClient, path: str) -> None:
    page = client.get(path).text
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|javascript:", page)


def test_what_the_pages_run_makes_no_code_of_texts_and_names_no_other_host() -> None:
    for path in STATIC.glob("*.js"):
        forbidden = r"\.style\b|innerHTML|outerHTML|insertAdjacent|eval\(|new Function|https?://"
        assert not re.search(forbidden, path.read_text()), path
    for path in STATIC.glob("*.css"):
        assert not re.search(r"@import|https?:|url\(", path.read_text()), path


def test_the_page_can_be_read_aloud_and_on_a_phone(client: FlaskClient) -> None:
    page = client.get("/").text
    for part in (
        '<html lang="en">',
        'name="viewport"',
        '<label for="number">',
        'role="status"',
        'aria-live="polite"',
        'href="#main"',
        "<noscript>",
    ):
        assert part in page
    assert "prefers-color-scheme: dark" in (STATIC / "page.css").read_text()
    assert "prefers-reduced-motion" in (STATIC / "page.css").read_text()


def test_the_page_offers_the_bounds_the_api_has(client: FlaskClient) -> None:
    assert 'min="1" max="175"' in client.get("/").text


@pytest.mark.parametrize("finished", [False, True])
def test_the_icon_is_where_browsers_look_for_it(
    redis: RedisServer, tmp_path: Path, *, finished: bool
) -> None:
    if finished:  # as the image has them
        make = [sys.executable, str(ROOT / "images/app/static_files.py"), str(STATIC)]
        subprocess.run([*make, str(tmp_path)], check=True)
    environ = {**redis.environ, **({"STATIC_FOLDER": str(tmp_path)} if finished else {})}
    client = create_app(Config.from_environment(environ)).test_client()
    with contextlib.closing(client.get("/favicon.ico")) as response:
        assert response.status_code == 200
        assert response.mimetype in {"image/x-icon", "image/vnd.microsoft.icon"}
        assert response.data == (STATIC / "favicon.ico").read_bytes()
        assert response.headers["Cache-Control"] == "public, max-age=86400"
