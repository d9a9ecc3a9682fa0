"""The console of jobs, as a person uses it."""

from __future__ import annotations

import re

from playwright.sync_api import JSHandle, Locator, Page, expect

PATIENCE = 30_000  # milliseconds; other jobs may be in the queue

RECORDING = """(element, property) => {
  const seen = [element[property]];
  const note = () => seen.at(-1) === element[property] || seen.push(element[property]);
  const all = {attributes: true, characterData: true, childList: true, subtree: true};
  new MutationObserver(note).observe(element, all);
  return seen;
}"""


def open_console(page: Page) -> None:
    """Open the page and wait until it has heard of the jobs."""
    with page.expect_response(re.compile(r"/jobs\?")):
        page.goto("/")


def start_job(page: Page, number: int, fail_at: int | None = None) -> Locator:
    """Start a job by the form; return its card."""
    page.get_by_label("Count to").fill(str(number))
    page.get_by_label("Fail at").fill(str(fail_at or ""))
    with page.expect_response("**/background_count/") as answer:
        page.get_by_role("button", name="Start a job").click()
    return card(page, answer.value.json()["id"])


def card(page: Page, job_id: str) -> Locator:
    """The card of a job, once it is there."""
    found = page.locator(".job", has=page.get_by_text(job_id[:8], exact=True))
    expect(found).to_be_visible()
    return found


def expect_state(card: Locator, state: str) -> None:
    """Wait for a job to come to a state."""
    expect(card.locator("[data-part=state]")).to_have_text(state, timeout=PATIENCE)


def recorded(element: Locator, property: str) -> JSHandle:  # noqa: A002  # as JavaScript calls it
    """The values of an element's property, from now on, in a list that grows.

    For what passes by: who looks now and again may miss it.
    """
    return element.evaluate_handle(RECORDING, property)
