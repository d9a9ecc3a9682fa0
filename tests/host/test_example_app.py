"""What a client gets of the example application; skipped where another one is deployed."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tests.site import Site

Needs = Callable[[str], None]


@pytest.fixture(scope="module")
def paths(site: Site) -> set[str]:
    """The paths that the site says it has, as the example does; none if it says nothing."""
    answer = site.ask("/openapi.json")
    try:
        found = answer.json
        return set(found["paths"]) if found["info"]["title"] == "Slipway" else set()
    except (ValueError, LookupError, TypeError):  # another application: any page, or none
        return set()


@pytest.fixture
def needs(paths: set[str]) -> Needs:
    def skip(path: str) -> None:
        if path not in paths:
            pytest.skip(f"the site has another application: no {path} of the example")

    return skip


@pytest.fixture
def jobs(needs: Needs, pytestconfig: pytest.Config) -> None:
    needs("/background_count/")
    if not pytestconfig.getoption("--with-jobs"):
        pytest.skip("adds a job to the queue of the site: only with --with-jobs")


def test_the_page_is_a_page(site: Site, needs: Needs) -> None:
    needs("/background_count/")
    answer = site.ask("/")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert b"</html>" in answer.body


def test_the_date_is_today(site: Site, needs: Needs) -> None:
    needs("/date/")
    before = datetime.now(UTC)
    date = site.ask("/date/").json["date"]
    assert date in {f"{day:%d-%m-%Y}" for day in (before, datetime.now(UTC))}


@pytest.mark.usefixtures("jobs")
def test_a_job_runs_to_its_end(site: Site) -> None:
    began = time.monotonic()
    job = site.run_job(2)
    assert (job["state"], job["progress"], job["result"]) == ("finished", 100, 2)
    assert time.monotonic() - began >= 1  # a second between one and two


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"3", b'{"number": "5"}', b'{"number": -1}', b'{"number": true}']
)
def test_bad_input_gets_400_and_a_reason_in_json(site: Site, needs: Needs, body: bytes) -> None:
    needs("/background_count/")
    answer = site.ask(
        "/background_count/", "POST", body, headers={"Content-Type": "application/json"}
    )
    assert answer.status == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json["detail"]


def test_an_unknown_job_and_an_unknown_path_get_404(site: Site, needs: Needs) -> None:
    needs("/background_count/")
    assert site.ask("/jobs/no-such-job").status == 404
    assert site.ask("/no/such/path").status == 404


@pytest.mark.usefixtures("jobs")
def test_a_chunked_body_arrives_whole(site: Site) -> None:
    parts = iter([b'{"num', b'ber":', b" 1}"])
    answer = site.ask(
        "/background_count/", "POST", parts, headers={"Content-Type": "application/json"}
    )
    assert answer.status == 202
    assert site.finished(answer.json["url"])["result"] == 1
