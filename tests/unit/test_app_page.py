from __future__ import annotations

import contextlib
import re
from pathlib import Path

from flask.testing import FlaskClient

from tests.unit.conftest import ROOT


def addresses(page: str) -> list[str]:
    return re.findall(r'(?:href|src|action)="([^"]*)"', page)


def test_all_that_the_page_names_is_its_own_and_there(client: FlaskClient) -> None:
    page = client.get("/")
    assert page.mimetype == "text/html"
    found = addresses(page.text)
    assert len(found) >= 5
    assert all(address.startswith("/") and not address.startswith("//") for address in found)
    for address in found:
        with contextlib.closing(client.get(address)) as response:
            assert response.status_code == (405 if address == "/background_count/" else 200)


def test_the_page_has_nothing_inline_that_a_strict_policy_forbids(client: FlaskClient) -> None:
    page = client.get("/").text
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|javascript:", page)
    script = (ROOT / "app/static/count.js").read_text()
    assert not re.search(r"\.style\b|innerHTML|eval\(|new Function|https?://", script)
    assert not re.search(r"@import|https?:|url\(", (ROOT / "app/static/page.css").read_text())


def test_the_page_can_be_read_aloud_and_on_a_phone(client: FlaskClient) -> None:
    page = client.get("/").text
    for part in ('<html lang="en">', 'name="viewport"', '<label for="number">', 'role="status"'):
        assert part in page
    assert "prefers-color-scheme: dark" in (ROOT / "app/static/page.css").read_text()


def test_the_page_offers_the_bounds_the_api_has(client: FlaskClient) -> None:
    assert 'min="1" max="175"' in client.get("/").text


def test_the_address_of_a_static_file_tells_its_content(client: FlaskClient) -> None:
    address = next(a for a in addresses(client.get("/").text) if "page.css" in a)
    assert re.fullmatch(r"/static/page\.css\?v=[0-9a-f]{12}", address)
    with contextlib.closing(client.get(address)) as response:
        assert response.mimetype == "text/css"
        assert "max-age=86400" in response.headers["Cache-Control"]
        assert response.data == Path(ROOT, "app/static/page.css").read_bytes()
