"""What a client gets of the example application; goes when app/ becomes another one."""

import time
from datetime import UTC, datetime

import pytest

from infra.checkout import CHECKOUT
from infra.settings import Settings
from tests.site import Site


@pytest.fixture(scope="module", autouse=True)
def example(settings: Settings) -> None:
    if settings.app.source != CHECKOUT / "app":
        pytest.skip("the host has another application")


def test_the_page_is_a_page(site: Site) -> None:
    answer = site.ask("/")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert b"</html>" in answer.body


def test_the_date_is_today(site: Site) -> None:
    before = datetime.now(UTC)
    date = site.ask("/date/").json["date"]
    assert date in {f"{day:%d-%m-%Y}" for day in (before, datetime.now(UTC))}


def test_a_job_runs_to_its_end(site: Site) -> None:
    began = time.monotonic()
    job = site.run_job(2)
    assert (job["state"], job["progress"], job["result"]) == ("finished", 100, 2)
    assert time.monotonic() - began >= 1  # a second between one and two


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"3", b'{"number": "5"}', b'{"number": -1}', b'{"number": true}']
)
def test_bad_input_gets_400_and_a_reason_in_json(site: Site, body: bytes) -> None:
    answer = site.ask(
        "/background_count/", "POST", body, headers={"Content-Type": "application/json"}
    )
    assert answer.status == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json["detail"]


def test_an_unknown_job_and_an_unknown_path_get_404(site: Site) -> None:
    assert site.ask("/jobs/no-such-job").status == 404
    assert site.ask("/no/such/path").status == 404


def test_a_chunked_body_arrives_whole(site: Site) -> None:
    parts = iter([b'{"num', b'ber":', b" 1}"])
    answer = site.ask(
        "/background_count/", "POST", parts, headers={"Content-Type": "application/json"}
    )
    assert answer.status == 202
    assert site.finished(answer.json["url"])["result"] == 1
