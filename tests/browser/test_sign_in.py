from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Watch
from tests.browser.console import expect_state, open_console, start_job
from tests.browser.sites import Target

DASHBOARD = re.compile(r"/dashboard/$")


def sign_in(page: Page, user: str, password: str) -> None:
    page.get_by_label("User name").fill(user)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


@pytest.fixture
def inside(page: Page, target: Target) -> Page:
    """A page whose user is signed in and sees the dashboard."""
    page.goto("/dashboard/")
    sign_in(page, target.user, target.password().strip())
    expect(page).to_have_url(DASHBOARD)
    return page


def test_the_dashboard_opens_after_the_right_password_and_closes_after_signing_out(
    page: Page, target: Target, watch: Watch
) -> None:
    watch.expected.append("status of 401")
    page.goto("/dashboard/")
    expect(page).to_have_url(re.compile(r"/sign-in\?next=%2Fdashboard%2F$"))
    sign_in(page, target.user, "not the password")
    expect(page.get_by_role("alert")).to_have_text("The user name or the password is wrong.")
    expect(page.get_by_label("Password")).to_be_focused()
    sign_in(page, target.user, target.password().strip())
    expect(page).to_have_url(DASHBOARD)
    expect(page.get_by_role("heading", name="Queues")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("status")).to_have_text("You are signed out.")
    page.goto("/dashboard/")
    expect(page).to_have_url(re.compile("/sign-in"))


def test_no_script_can_read_the_cookie_of_a_session(inside: Page, target: Target) -> None:
    cookies = inside.context.cookies()
    assert [(c["httpOnly"], c["sameSite"], c["path"]) for c in cookies] == [(True, "Lax", "/")]
    is_secure = target.url.startswith("https:")
    assert cookies[0]["secure"] == is_secure
    assert cookies[0]["name"] == ("__Host-session" if is_secure else "session")
    assert inside.evaluate("document.cookie") == ""


def test_every_page_of_the_dashboard_works_within_its_policy(inside: Page) -> None:
    page = inside
    open_console(page)
    job = start_job(page, 1)
    expect_state(job, "finished")
    name = job.locator("[data-part=id]").inner_text()
    page.goto("/dashboard/")
    queue = page.locator("[data-role=queue]").first
    expect(queue).to_be_visible()
    page.get_by_role("link", name="Workers").click()
    expect(page.locator("[data-role=worker]").first).to_be_visible()
    page.goto("/dashboard/0/view/jobs")
    page.locator("#select-registry").select_option("finished")
    expect(page).to_have_url(re.compile("/finished/"))
    page.goto(page.url.replace("/asc/", "/dsc/"))
    page.get_by_role("link", name=re.compile(f"^{name}")).first.click()
    expect(page.locator("#job-data")).to_contain_text("app.counting.count(1")
    expect(page.locator("#job-data")).to_contain_text("finished")


def test_the_dashboard_runs_a_failed_job_again(inside: Page) -> None:
    page = inside
    open_console(page)
    job = start_job(page, 3, fail_at=3)
    expect_state(job, "failed")
    job_id = job.locator("[data-part=id]").get_attribute("title")
    page.goto(f"/dashboard/0/view/job/{job_id}")
    with page.expect_response("**/requeue") as answer:
        page.locator("#requeue-job-btn").click()
    assert answer.value.json() == {"status": "OK"}
    open_console(page)
    expect_state(page.locator(".job", has_text=str(job_id)[:8]), "failed")
