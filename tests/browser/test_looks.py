from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Watch
from tests.browser.console import expect_state, open_console, start_job

WRONG = "/no/such/page"
PAGES = ["/", "/sign-in", "/docs", WRONG]
WIDTHS = [1100, 360]  # a desk's and a telephone's
NARROW = {"width": 360, "height": 740}

# Texts too faint for their ground, by WCAG's formula: 4.5, or 3 for large ones.
FAINT = """() => {
  const light = (c) => c.map((v) => v / 255)
    .map((v) => (v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const ground = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = parts(getComputedStyle(e).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour.slice(0, 3);
    }
    return [255, 255, 255];
  };
  const faint = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || !element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    const [a, b] = [light(parts(style.color).slice(0, 3)), light(ground(element))];
    const contrast = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    const isLarge = parseFloat(style.fontSize) >= 24;
    if (contrast < (isLarge ? 3 : 4.5)) {
      faint.push(`${contrast.toFixed(2)} ${element.textContent.trim().slice(0, 30)}`);
    }
  }
  return faint;
}"""


def show_jobs_of_each_kind(page: Page) -> None:
    for numbers, state in (((1,), "finished"), ((2, 1), "failed"), ((60,), "started")):
        open_console(page)
        job = start_job(page, *numbers)
        expect_state(job, state)
    job.get_by_role("button", name="Cancel").click()
    expect_state(job, "cancelled")


@pytest.fixture(autouse=True)
def _a_wrong_address_is_said_in_the_console(watch: Watch) -> None:
    watch.expected.append("status of 404")


@pytest.mark.parametrize("path", PAGES)
def test_nothing_sticks_out_on_a_telephone(page: Page, path: str) -> None:
    if path == "/":
        show_jobs_of_each_kind(page)
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(path)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_in_light_and_dark(page: Page, path: str, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(path)
    page.wait_for_load_state("networkidle")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    is_dark = sum(map(int, ground[4:-1].split(", "))) < 200
    assert is_dark == (scheme == "dark")
    assert page.evaluate(FAINT) == []


def test_what_can_be_touched_is_large_enough_for_a_finger(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    open_console(page)
    heights = page.locator("button:visible, input:visible, .pill").evaluate_all(
        "found => found.map((element) => element.getBoundingClientRect().height)"
    )
    assert heights
    assert min(heights) >= 36


@pytest.mark.parametrize("path", PAGES)
def test_every_field_has_a_label_and_every_page_one_first_heading(page: Page, path: str) -> None:
    page.goto(path)
    unlabelled = page.locator("input:not([type=hidden])").evaluate_all(
        "found => found.filter((field) => !field.labels.length).map((field) => field.id)"
    )
    assert unlabelled == []
    expect(page.locator("h1")).to_have_count(1)
    expect(page.locator("main")).to_have_count(1)


# The pixels between each label and its field, or the frame around it.
GAPS = """() => [...document.querySelectorAll("label")].map((label) => {
  const field = label.control.closest(".request") || label.control;
  return Math.round(field.getBoundingClientRect().top - label.getBoundingClientRect().bottom);
})"""


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", ["/", "/sign-in"])
def test_every_label_is_four_pixels_above_its_field(page: Page, path: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(path)
    assert set(page.evaluate(GAPS)) == {4}


# Where the words of the brand and of the links begin and end, beside the cards' edges.
EDGES = """() => {
  const box = (element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    return range.getBoundingClientRect();
  };
  const links = [...document.querySelectorAll("nav a")].map(box);
  const main = document.querySelector("main").getBoundingClientRect();
  const below = links[0].top > document.querySelector(".brand").getBoundingClientRect().bottom;
  return {main: [main.left, main.right], below, links: [links[0].left, links.at(-1).right]};
}"""


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", PAGES)
def test_the_navigation_ends_where_the_cards_do(page: Page, path: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(path)
    edges = page.evaluate(EDGES)
    side = 0 if edges["below"] else 1
    assert edges["links"][side] == pytest.approx(edges["main"][side], abs=1)


def test_the_field_of_the_sample_looks_like_any_other(page: Page) -> None:
    open_console(page)
    colours = "(e) => [getComputedStyle(e).backgroundColor, getComputedStyle(e).borderColor]"
    sample, other = page.locator(".request"), page.get_by_label("Count to")
    assert sample.evaluate(colours) == other.evaluate(colours)
    assert sample.bounding_box()["height"] == other.bounding_box()["height"]  # type: ignore[index]


def test_the_tables_of_the_description_have_one_width(page: Page) -> None:
    page.goto("/docs")
    columns = page.locator("table").evaluate_all(
        """found => found.map((table) => [...table.rows[0].cells].map((cell) => {
          const box = cell.getBoundingClientRect();
          return [Math.round(box.left), Math.round(box.right)];
        }))"""
    )
    assert len(columns) > 5
    assert all(one == columns[0] for one in columns)


def test_the_tables_of_the_description_can_be_read_on_a_telephone(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/docs")
    cells = page.locator("tbody th, tbody td").evaluate_all(
        """found => found.filter((cell) => cell.textContent.trim()).map((cell) => [
          cell.getBoundingClientRect().width, cell.scrollWidth - cell.clientWidth,
          parseFloat(getComputedStyle(cell).fontSize),
        ])"""
    )
    assert min(width for width, _, _ in cells) >= 250  # no word is broken for want of room
    assert max(hidden for _, hidden, _ in cells) == 0
    assert min(size for _, _, size in cells) >= 14


def test_a_wrong_address_leads_back_to_the_start(page: Page) -> None:
    page.goto(WRONG)
    expect(page.get_by_role("heading", name="This page does not exist")).to_be_visible()
    page.get_by_role("link", name="Go to the start page").click()
    expect(page.get_by_role("heading", name="Jobs", exact=True)).to_be_visible()
