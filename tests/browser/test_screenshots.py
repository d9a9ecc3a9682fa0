"""The pictures of the README, taken when they are asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.console import expect_state, open_console, start_job
from tests.browser.sites import Target
from tests.browser.test_sign_in import sign_in

IMAGES = Path(__file__).parents[2] / "docs" / "images"


@pytest.fixture(autouse=True)
def _only_when_asked(request: pytest.FixtureRequest) -> None:
    if not request.config.getoption("--screenshots"):
        pytest.skip("writes docs/images with --screenshots only")
    IMAGES.mkdir(exist_ok=True)


def show_a_busy_console(page: Page) -> None:
    open_console(page)
    expect_state(start_job(page, 3), "finished")
    expect_state(start_job(page, 5, fail_at=2), "failed")
    moving = start_job(page, 8)
    start_job(page, 4)
    expect(moving.get_by_role("progressbar")).to_have_js_property("value", 50, timeout=20_000)


def test_the_page_on_a_desk_by_day(page: Page) -> None:
    page.set_viewport_size({"width": 1000, "height": 1240})
    show_a_busy_console(page)
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#answer")).to_be_visible()
    page.wait_for_timeout(700)  # the bar moves to where it belongs
    page.screenshot(path=IMAGES / "page.png")


def test_the_jobs_on_a_telephone_by_night(page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 360, "height": 740})
    show_a_busy_console(page)
    page.evaluate("document.getElementById('console').scrollIntoView()")
    page.wait_for_timeout(700)
    page.screenshot(path=IMAGES / "telephone.png")


def test_the_dashboard(page: Page, target: Target) -> None:
    page.set_viewport_size({"width": 1200, "height": 500})
    page.goto("/dashboard/")
    sign_in(page, target.user, target.password().strip())
    expect(page.locator("[data-role=queue]").first).to_be_visible()
    page.screenshot(path=IMAGES / "dashboard.png")
