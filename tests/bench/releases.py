"""What releases cost users: many in a row under load, and the plain way beside them.

usage: python -m tests.bench.releases HOST [RELEASES]

Open loops of HTTPS requests, half on new connections and half on kept ones, and jobs all the while.
Prints a line for each phase, then what became of the jobs.
"""

import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from tests.deployed import CHECKOUT, deployed
from tests.faults.conftest import INVENTORY, Target, pyinfra
from tests.faults.load import Load

RATE = 50  # requests a second, of each kind
QUIET_SECONDS = 15
CODE_CHANGES = 4


def measured(target: Target, name: str, action: Callable[[], None]) -> list[str]:
    """Runs an action under load, prints what the load saw; returns the jobs it submitted."""
    new, kept = Load(target.site, RATE), Load(target.site, RATE, keep_alive=True)
    jobs = Jobs(target)
    with ExitStack() as stack:
        for load in (new, kept, jobs):
            stack.enter_context(load.running())
        action()
    for kind, load in (("new", new), ("kept", kept)):
        print(f"{name}, {kind} connections: {load.summary()} {load.failures[:3] or ''}", flush=True)
    return jobs.accepted


class Jobs(Load):
    """Submits a short job four times a second and keeps the addresses of the accepted ones."""

    def __init__(self, target: Target) -> None:
        super().__init__(target.site, 4)
        self.accepted: list[str] = []

    def _once(self) -> int:
        answer = self.site.ask("/background_count/", "POST", {"number": 1}, timeout=5)
        if answer.status == 202:
            self.accepted.append(answer.json["url"])
            return 200
        return answer.status


def release(target: Target, number: int, source: Path = CHECKOUT / "app") -> float:
    """Deploys a changed setting; returns the seconds from pyinfra's start to its end."""
    began = time.monotonic()
    app = {"source": str(source), "environment": {"NUMBER": str(number)}}
    done = target.deploy(app=app)
    assert done.returncode == 0, done.stderr
    return time.monotonic() - began


def release_of_code(target: Target, number: int, source: Path) -> float:
    """Changes a line of the application and deploys it, with the settings of the last release."""
    with (source / "__init__.py").open("a") as file:
        file.write(f"# {number}\n")
    return release(target, -1, source)


def told(name: str, times: list[float]) -> None:
    """Prints the seconds of releases."""
    print(f"seconds of a release for {name}: median {statistics.median(times):.1f},"
          f" all {[round(seconds, 1) for seconds in times]}", flush=True)  # fmt: skip


def lost(target: Target, urls: list[str]) -> list[str]:
    """The jobs that did not finish within a minute after the last."""
    deadline = time.monotonic() + 60
    open_jobs = list(urls)
    while open_jobs and time.monotonic() < deadline:
        open_jobs = [u for u in open_jobs if target.site.ask(u).json["state"] != "finished"]
        time.sleep(1)
    return open_jobs


def main() -> None:
    """Quiet, releases, a rollback, and the plain way."""
    name, count = sys.argv[1], int((sys.argv[2:] or ["20"])[0])
    target = Target(name, deployed(INVENTORY, TEST_HOST=name)[name])
    settings: list[float] = []
    code: list[float] = []

    def releases() -> None:
        settings.extend(release(target, number) for number in range(count))

    def releases_of_code() -> None:
        with tempfile.TemporaryDirectory() as folder:
            source = Path(shutil.copytree(CHECKOUT / "app", Path(folder, "app")))
            code.extend(release_of_code(target, number, source) for number in range(CODE_CHANGES))

    jobs = measured(target, "quiet", lambda: time.sleep(QUIET_SECONDS))
    jobs += measured(target, f"{count} releases of settings", releases)
    told("changed settings", settings)
    jobs += measured(target, f"{CODE_CHANGES} releases of code", releases_of_code)
    told("a changed line of code", code)
    began = time.monotonic()
    jobs += measured(
        target, "rollback",
        lambda: print(pyinfra(INVENTORY, "rollback.py", "-y", TEST_HOST=name).returncode),
    )  # fmt: skip
    print(f"seconds of a rollback: {time.monotonic() - began:.1f}")
    left = lost(target, jobs)
    print(f"jobs: {len(jobs)} accepted, {len(left)} lost {left[:3] or ''}")
    folder = f"/opt/slipway/releases/{target.release()}"
    plain = f"docker compose --project-directory {folder} up --detach --build --force-recreate"
    measured(target, "docker compose up --build --force-recreate", lambda: print(target.run(plain)))
    print(json.dumps(target.history()[-1]["probe"]))


if __name__ == "__main__":
    main()
