"""More than can be served: some are served in time, the rest is told so at once."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from infra.onhost import layout
from tests.faults.conftest import Target
from tests.faults.traffic.conftest import serve
from tests.site import Answer, wait_until

pytestmark = pytest.mark.destructive

SECONDS = 45
CLIENTS = 60


@pytest.fixture(scope="module", autouse=True, params=["uwsgi", "gunicorn"])
def served(request: pytest.FixtureRequest, target: Target) -> None:
    serve(
        target,
        web={"server": request.param, "queue": 16},
        nginx={"client_requests": 1000, "client_rate": 10000},
    )


def ask_until(target: Target, end: float) -> list[tuple[Answer, float]]:
    found = []
    while time.monotonic() < end:
        began = time.monotonic()
        answer = target.site.ask("/seconds/20", timeout=60)
        found.append((answer, time.monotonic() - began))
        if answer.status != 200:
            time.sleep(0.5)
    return found


@pytest.mark.usefixtures("nothing_is_restarted")
def test_what_is_over_the_line_gets_503_at_once_and_nothing_is_restarted(target: Target) -> None:
    end = time.monotonic() + SECONDS
    with ThreadPoolExecutor(CLIENTS) as pool:
        asked = [pool.submit(ask_until, target, end) for _ in range(CLIENTS)]
        time.sleep(SECONDS * 0.7)
        web = target.container("web")
        health = target.run(f"docker inspect --format '{{{{json .State.Health}}}}' {web}")
        found = [pair for one in asked for pair in one.result()]
    assert '"Status":"healthy"' in health
    assert {answer.status for answer, _ in found} == {200, 503}
    served = [seconds for answer, seconds in found if answer.status == 200]
    refused = [(answer, seconds) for answer, seconds in found if answer.status == 503]
    print(f"{len(served)} served, the slowest in {max(served):.1f} s; {len(refused)} refused,"
          f" the slowest in {max(seconds for _, seconds in refused):.1f} s")  # fmt: skip
    assert max(served) < 20
    assert sorted(seconds for _, seconds in refused)[len(refused) * 9 // 10] < 2
    assert all(int(answer.headers["retry-after"]) > 0 for answer, _ in refused)


def test_a_server_that_hangs_is_found_all_the_same(target: Target) -> None:
    web = target.container("web")
    started = f"docker inspect --format '{{{{.State.StartedAt}}}}' {web}"
    before = target.run(started)
    processes = target.run(f"docker top {web} -o pid | tail -n +2 | tr '\\n' ' '")
    target.run(f"kill -STOP {processes}")
    wait_until(lambda: target.run(started) != before and target.site.works(), 75)
    assert target.run(f"docker ps --quiet --filter name={layout.BASE_PROJECT}").split()
