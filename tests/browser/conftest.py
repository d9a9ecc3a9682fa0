"""The pages in a real browser: `pytest tests/browser --inventory ...` at a deployed host.

With `--here` they are served by Redis, a worker and uWSGI of the tests' own. `--screenshots` writes
those of the README. Every test also fails on an error in the browser's console, on what breaks the
Content-Security-Policy, and on a request to another host.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    expect,
    sync_playwright,
)

from tests.browser.sites import Target, of_inventory, started_here

expect.set_options(timeout=10_000)  # milliseconds; a page with nothing to show asks seldom
CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",  # the tests may run as root
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def target(request: pytest.FixtureRequest) -> Iterator[Target]:
    if request.config.getoption("--here"):
        with started_here() as target:
            yield target
    else:
        yield of_inventory(request.config.getoption("--inventory"))


@pytest.fixture(scope="session")
def browser(target: Target) -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.exit("tests/browser needs Chromium: apt-get install chromium", returncode=2)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*ARGUMENTS, *target.browser_arguments]
        )
        yield browser
        browser.close()


# Chromium says so of requests under way when an interface of this machine comes or goes, as those
# of other test hosts do; the page asks again.
NETWORK_CHANGED = "net::ERR_NETWORK_CHANGED"


class Watch:
    """Notes what must not happen in a browser. A test says which errors it means to cause."""

    def __init__(self, context: BrowserContext, host: str) -> None:
        self.expected = [NETWORK_CHANGED]  # patterns
        self._host = host
        self._seen: list[str] = []
        context.on("console", self._console)
        context.on("weberror", lambda error: self._seen.append(f"error: {error.error}"))
        context.on("request", self._request)
        context.expose_function("noteViolation", lambda what: self._seen.append(f"CSP: {what}"))
        context.add_init_script(
            "document.addEventListener('securitypolicyviolation',"
            " (event) => noteViolation(`${event.violatedDirective} ${event.blockedURI}`));"
        )

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self._seen.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        url = urlsplit(request.url)
        if url.netloc != self._host and url.scheme not in {"data", "blob"}:
            self._seen.append(f"request: {request.url}")

    @property
    def unexpected(self) -> list[str]:
        """What was seen and not meant."""
        return [s for s in self._seen if not any(re.search(p, s) for p in self.expected)]


@pytest.fixture
def context(browser: Browser, target: Target) -> Iterator[BrowserContext]:
    context = browser.new_context(
        base_url=target.url, ignore_https_errors=True, viewport={"width": 1100, "height": 900}
    )
    context.set_default_timeout(10_000)
    yield context
    context.close()


@pytest.fixture
def watch(context: BrowserContext, target: Target) -> Iterator[Watch]:
    watch = Watch(context, urlsplit(target.url).netloc)
    yield watch
    assert watch.unexpected == []


@pytest.fixture
def page(context: BrowserContext, watch: Watch) -> Page:  # noqa: ARG001  # it watches
    return context.new_page()
