"""Acceptance tests of one's own decide whether traffic moves, from the outside of nginx."""

from pathlib import Path

import pytest

from tests.faults.conftest import INVENTORY, Target, begin, once, pyinfra
from tests.faults.load import asked_steadily
from tests.site import wait_until

pytestmark = pytest.mark.destructive
RUNNING = "docker ps --all --quiet --filter label=com.docker.compose.project=slipway-acceptance"
TESTS = """
import os
import ssl
from urllib.parse import urlsplit

import httpx
import pytest

URL = os.environ["BASE_URL"]


@pytest.fixture
def site():
    with httpx.Client(base_url=URL) as client:
        yield client


def test_a_header_of_the_site(site):
    assert "max-age" in site.get("/static/").headers.get("strict-transport-security", "max-age")
    assert site.get("/").headers["x-content-type-options"] == "nosniff"


def test_what_is_private_is_not_there(site):
    assert site.get("/metrics").status_code == 404


def test_http_leads_to_https():
    answer = httpx.get(URL.replace("https:", "http:") + "/date/")
    assert answer.status_code == 301
    assert answer.headers["location"] == URL + "/date/"


def test_old_tls_is_refused():
    old = ssl.create_default_context()
    old.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(httpx.ConnectError):
        httpx.get(URL, verify=old)


def test_nobody_else_is_within_reach():
    with pytest.raises(httpx.ConnectError):
        httpx.get("http://10.0.0.1/", timeout=1)
    assert os.getuid() == 10004
    assert not os.path.exists("/run/secrets")


def test_the_candidate_and_no_other_answers(site):
    headers = {"origin": "https://ORIGIN.example.org"}
    answer = site.get("/date/", headers=headers)
    assert answer.headers["access-control-allow-origin"] == headers["origin"]
"""


def an_application(tmp_path: Path, origin: str, allowed: str) -> dict[str, object]:
    """An application that allows one origin, and tests that want another to be allowed."""
    tests = tmp_path / origin / "of-the-site"
    tests.mkdir(parents=True, exist_ok=True)
    (tests / "test_site.py").write_text(TESTS.replace("ORIGIN", origin))
    return {
        "acceptance": str(tests.parent),
        "environment": {"CORS_ORIGINS": f"https://{allowed}.example.org"},
    }


def stages(target: Target) -> dict[str, float]:
    found: dict[str, float] = target.history()[-1]["stages"]
    return found


def test_a_release_goes_live_once_it_passes_and_a_rollback_passes_its_own(
    target: Target, tmp_path: Path
) -> None:
    assert target.deploy().returncode == 0
    assert "acceptance tests" not in stages(target)
    done = target.deploy(app=an_application(tmp_path, "one", "one"))
    assert done.returncode == 0, done.stderr
    first = target.release()
    assert stages(target)["acceptance tests"] > 0
    assert target.run(RUNNING) == ""
    assert target.deploy(app=an_application(tmp_path, "two", "two")).returncode == 0
    back = pyinfra(INVENTORY, "rollback.py", "-y", TEST_HOST=target.name)
    assert back.returncode == 0, back.stderr
    assert target.release() == first
    assert stages(target)["acceptance tests"] > 0


def test_a_release_that_fails_never_gets_traffic_and_pytest_says_why(
    target: Target, tmp_path: Path
) -> None:
    assert target.deploy().returncode == 0
    old = target.release()
    with asked_steadily(target) as failures:
        done = target.deploy(app=an_application(tmp_path, "one", "another"))
    shown = done.stdout + done.stderr
    assert done.returncode != 0
    assert "fails its acceptance tests: FAILED of-the-site/test_site.py::" in shown
    assert "KeyError: 'access-control-allow-origin'" in shown
    assert f"release {old} still serves" in shown
    assert failures == []
    assert target.release() == old
    entry = target.history()[-1]
    assert entry["result"] == "refused"
    assert "test_the_candidate_and_no_other_answers" in entry["reason"]
    assert "traffic" not in entry["stages"]
    assert target.run(RUNNING) == ""


def test_tests_that_take_too_long_or_are_none_are_refused(target: Target, tmp_path: Path) -> None:
    slow = tmp_path / "slow"
    slow.mkdir()
    (slow / "test_slow.py").write_text("import time\n\ndef test_slow():\n    time.sleep(60)\n")
    done = target.deploy(app={"acceptance": str(slow), "acceptance_limit": 3})
    assert "fails its acceptance tests: not finished after 3 s" in done.stdout + done.stderr
    (slow / "test_slow.py").rename(slow / "slow.txt")
    done = target.deploy(app={"acceptance": str(slow)})
    assert "fails its acceptance tests: exit code 5" in done.stdout + done.stderr
    assert target.run(RUNNING) == ""


def test_what_a_killed_switch_left_of_its_tests_ends_by_itself(
    target: Target, tmp_path: Path
) -> None:
    old = target.release()
    slow = tmp_path / "slow"
    slow.mkdir()
    (slow / "test_slow.py").write_text("import time\n\ndef test_slow():\n    time.sleep(60)\n")
    running = begin(target, app={"acceptance": str(slow)})
    both = f"test $({RUNNING} | wc -l) = 2"
    target.run(f"{once(both)} && systemctl kill --signal KILL slipway-switch")
    running.communicate()
    wait_until(lambda: target.run(RUNNING) == "", 60)
    assert target.release() == old
    assert target.deploy().returncode == 0
