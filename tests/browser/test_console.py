from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Watch
from tests.browser.console import (
    PATIENCE,
    card,
    expect_state,
    open_console,
    recorded,
    start_job,
)
from tests.site import wait_until


def test_a_job_is_seen_moving_to_its_result(page: Page) -> None:
    open_console(page)
    job = start_job(page, 6)
    progress = recorded(job.get_by_role("progressbar"), "value")
    messages = recorded(job.locator("[data-part=message]"), "textContent")
    expect_state(job, "finished")
    expect(job).to_contain_text("Result: 6")
    # The page looks now and again: a slow one passes over some of the five steps.
    between = [value for value in progress.json_value() if 0 < value < 100]
    assert len(between) >= 2
    assert between == sorted(between)
    assert len({text for text in messages.json_value() if text.startswith("Counted")}) >= 2
    expect(job.get_by_role("button")).to_have_count(0)


def test_several_jobs_are_watched_at_once_and_the_newest_is_first(page: Page) -> None:
    open_console(page)
    connection = recorded(page.locator("#connection"), "textContent")
    first, second = start_job(page, 3), start_job(page, 2)
    newest = page.locator(".job").first.locator("[data-part=id]")
    expect(newest).to_have_text(second.locator("[data-part=id]").inner_text())
    for job, result in ((first, 3), (second, 2)):
        expect_state(job, "finished")
        expect(job).to_contain_text(f"Result: {result}")
    assert any(re.search("[1-9] in progress", text) for text in connection.json_value())


def test_a_failed_job_says_why_and_runs_again_when_told_to(page: Page) -> None:
    open_console(page)
    job = start_job(page, 3, fail_at=2)
    expect_state(job, "failed")
    expect(job).to_contain_text("The job was set to fail at 2.")
    is_over = recorded(job.locator("[data-action=cancel]"), "hidden")
    with page.expect_response("**/retry") as answer:
        job.get_by_role("button", name="Retry").click()
    assert answer.value.status == 202
    wait_until(lambda: is_over.json_value() == [True, False, True], PATIENCE / 1000)
    expect_state(job, "failed")


def test_a_job_is_cancelled_while_it_runs(page: Page) -> None:
    open_console(page)
    job = start_job(page, 60)
    expect_state(job, "started")
    job.get_by_role("button", name="Cancel").click()
    expect_state(job, "cancelled")
    expect(job.get_by_role("progressbar")).to_be_hidden()
    expect(job.get_by_role("button", name="Retry")).to_be_visible()


def test_a_job_that_another_page_started_appears(page: Page) -> None:
    open_console(page)
    other = page.context.new_page()
    open_console(other)
    job_id = start_job(other, 1).locator("[data-part=id]").get_attribute("title")
    other.close()
    expect_state(card(page, str(job_id)), "finished")


def test_what_the_server_refuses_is_said_at_the_form(page: Page, watch: Watch) -> None:
    watch.expected.append("status of 422")
    open_console(page)
    page.locator("#number").evaluate("field => field.removeAttribute('max')")
    page.get_by_label("Count to").fill("3600")
    page.get_by_role("button", name="Start a job").click()
    expect(page.get_by_role("alert")).to_contain_text("at most")


def test_a_server_that_does_not_answer_is_said_and_its_return_seen(
    page: Page, watch: Watch
) -> None:
    watch.expected.append("ERR_FAILED")
    open_console(page)
    connection = page.locator("#connection")
    page.route("**/jobs?*", lambda route: route.abort())
    expect(connection).to_contain_text("does not answer")
    waits = []
    for _ in range(2):
        waits.append(connection.inner_text())
        expect(connection).not_to_have_text(waits[-1])
    page.unroute("**/jobs?*")
    expect(connection).not_to_contain_text("does not answer", timeout=PATIENCE)


def test_a_page_that_nobody_sees_asks_nothing(page: Page) -> None:
    open_console(page)
    questions: list[str] = []
    asked = re.compile("/jobs")  # the browser may still fetch an icon
    show = "Object.defineProperty(document, 'hidden', {value: %s, configurable: true});"
    show += "document.dispatchEvent(new Event('visibilitychange'))"
    page.evaluate(show % "true")
    page.on("request", lambda r: questions.append(r.url) if asked.search(r.url) else None)
    page.wait_for_timeout(6_000)
    assert questions == []
    with page.expect_request("**/jobs?*"):
        page.evaluate(show % "false")


def test_the_page_can_be_used_by_keyboard_alone(page: Page) -> None:
    open_console(page)
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the content")).to_be_focused()
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "number":
            break
    page.keyboard.type("40")
    with page.expect_response("**/background_count/") as answer:
        page.keyboard.press("Enter")
    job = card(page, answer.value.json()["id"])
    for _ in range(3):
        page.keyboard.press("Tab")
    expect(job.get_by_role("button", name="Cancel")).to_be_focused()
    page.keyboard.press("Enter")
    expect_state(job, "cancelled")
    expect(job).to_be_focused()  # where its button was
    page.keyboard.press("Tab")
    expect(job.get_by_role("button", name="Retry")).to_be_focused()


def test_what_becomes_of_a_job_is_read_out(page: Page) -> None:
    open_console(page)
    job = start_job(page, 1)
    name = job.locator("[data-part=id]").inner_text()
    expect(page.get_by_role("log")).to_contain_text(
        f"Job {name} finished. Result: 1", timeout=PATIENCE
    )


def test_a_sample_request_shows_its_answer(page: Page, watch: Watch) -> None:
    open_console(page)
    page.get_by_label("Square a number").fill("13")
    page.get_by_role("button", name="Send").click()
    answer = page.locator("#answer")
    expect(answer).to_contain_text('"Value Squared": 169')
    expect(answer).to_contain_text("200")
    watch.expected.append("status of 400")
    page.get_by_role("link", name="GET /api (an error)").click()
    expect(answer).to_contain_text("400")
    expect(answer).to_contain_text("value")
