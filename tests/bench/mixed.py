"""Traffic of all kinds for a time, at default settings, with three releases and a renewal in it.

usage: python -m tests.bench.mixed HOST [MINUTES]

Pages, uploads, long answers, slow clients, streams, jobs and wrong requests come all the while.
Prints what each kind got, and ends with 1 if a container was killed or restarted, if an answer was
a 5xx that the application did not give, or if a job was lost.
"""

import os
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPException

from infra.onhost.layout import LAYOUT
from tests.deployed import deployed
from tests.faults.conftest import INVENTORY, Target
from tests.faults.traffic.conftest import APPLICATION
from tests.faults.traffic.crowd import Crowd

UPLOAD = 8 * 1024**2
LATE = 40  # seconds after which a client gives up
KILLS = (
    "docker inspect --format '{{.Name}} {{.RestartCount}} {{.State.OOMKilled}}' $(docker ps -qa)"
)
OOM = "journalctl --dmesg --quiet --since -2h --grep 'oom-kill|Out of memory' | wc -l"
RENEW = (
    "REQUESTS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt /opt/certbot/bin/certbot renew"
    f" --config-dir {LAYOUT.letsencrypt} --work-dir /var/lib/letsencrypt/slipway"
    " --force-renewal --no-random-sleep-on-renew --non-interactive"
)


class Traffic:
    """All kinds of clients of one site, and what they got."""

    def __init__(self, target: Target) -> None:
        self.target, self.site = target, target.site
        self.counts: dict[str, Counter[str]] = {}
        self.slowest: dict[str, float] = {}
        self.jobs: list[str] = []
        self.over = threading.Event()

    def page(self) -> str:
        """A page."""
        return str(self.site.ask("/x?y=1", timeout=LATE).status)

    def upload(self) -> str:
        """A file, of which the application tells the length."""
        head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
        kind = {"Content-Type": "multipart/form-data; boundary=b"}
        body = head + os.urandom(UPLOAD) + b"\r\n--b--\r\n"
        answer = self.site.ask("/upload", "POST", body, kind, timeout=LATE)
        whole = answer.status != 200 or answer.json["length"] == UPLOAD
        return str(answer.status) if whole else "not whole"

    def download(self) -> str:
        """A long answer."""
        answer = self.site.ask("/megabytes/20", timeout=LATE)
        whole = answer.status != 200 or len(answer.body) == 20 * 1024**2
        return str(answer.status) if whole else "not whole"

    def slow_download(self) -> str:
        """A long answer that the client takes in half a minute."""
        return self._slowly(b"GET /megabytes/30 HTTP/1.1", 1.0)

    def slow_upload(self) -> str:
        """A body that comes in pieces, whose end never comes."""
        return self._slowly(b"POST /upload HTTP/1.1\r\nContent-Length: 9000000", 0.3, b"x" * 90_000)

    def _slowly(self, line: bytes, pause: float, sent: bytes = b"") -> str:
        crowd = Crowd(self.site)
        with crowd.gathered():
            request = crowd.request(line.decode()) + b"\r\n"
            connection = crowd.send(request, received=65536)
            if not connection:
                return "refused"
            if sent:
                for _ in range(30):
                    connection.sendall(sent)
                    time.sleep(pause)
                return "left"
            status = connection.recv(4096).split()[1].decode()
            for _ in range(30):
                connection.recv(1024**2)
                time.sleep(pause)
            return status

    def stream(self) -> str:
        """Five events, half a second apart."""
        answer = self.site.ask("/events", headers={"Accept": "text/event-stream"}, timeout=LATE)
        whole = answer.status != 200 or answer.body.count(b"data: ") == 5
        return str(answer.status) if whole else "not whole"

    def wrong(self) -> str:
        """A request that is wrong, or an error of the application's own."""
        path, expected = random.choice(  # noqa: S311  no secret
            [("/metrics", 404), ("/a/../b", 404), (f"/{'x' * 20_000}", 414), ("/status/500", 500)]
        )
        found = self.site.ask(path, timeout=LATE).status
        return "as expected" if found == expected else str(found)

    def job(self) -> str:
        """A job, whose end is asked for when all is over."""
        answer = self.site.ask("/jobs", "POST", b"", timeout=LATE)
        if answer.status == 202:
            self.jobs.append(answer.body.decode())
        return str(answer.status)

    def _come(self, kind: Callable[[], str], pause: float) -> None:
        counts = self.counts.setdefault(kind.__name__, Counter())
        while not self.over.wait(pause):
            began = time.monotonic()
            try:
                counts[kind()] += 1
            except (OSError, HTTPException, IndexError) as error:
                counts[type(error).__name__] += 1
            took = time.monotonic() - began
            self.slowest[kind.__name__] = max(took, self.slowest.get(kind.__name__, 0))

    @contextmanager
    def coming(self) -> Iterator[None]:
        """They come as long as the context lasts."""
        kinds = [(self.page, 0.05)] * 4 + [(self.upload, 3), (self.download, 3), (self.job, 1)]
        kinds += [(self.slow_download, 1)] * 6 + [(self.slow_upload, 1)] * 6
        kinds += [(self.stream, 4), (self.wrong, 0.5)]
        threads = [threading.Thread(target=self._come, args=kind) for kind in kinds]
        for one in threads:
            one.start()
        yield
        self.over.set()
        for one in threads:
            one.join()

    def lost(self) -> list[str]:
        """The jobs that have not finished a minute after the last."""
        left, deadline = list(self.jobs), time.monotonic() + 60
        while left and time.monotonic() < deadline:
            left = [name for name in left if self.site.ask(f"/jobs/{name}").body != b"finished"]
            time.sleep(1)
        return left


def main() -> None:
    """Deploy, let them come with three releases and a renewal, and print the figures."""
    name, minutes = sys.argv[1], float((sys.argv[2:] or ["60"])[0])
    target = Target(name, deployed(INVENTORY, TEST_HOST=name)[name])

    def release(number: int) -> None:
        environment = {"environment": {"NUMBER": str(number)}}
        done = target.deploy(app=APPLICATION["app"] | environment)
        assert done.returncode == 0, done.stdout + done.stderr

    release(0)
    base = ("nginx", "redis")
    before = {one: target.run("docker inspect --format '{{.State.StartedAt}}' "
                              + target.container(one)) for one in base}  # fmt: skip
    oom, traffic, end = target.run(OOM), Traffic(target), time.monotonic() + 60 * minutes
    with traffic.coming():
        for step in range(4):
            time.sleep(max(0.0, (end - time.monotonic()) / (5 - step)))
            began = time.monotonic()
            if step < 3:
                release(step + 1)
            else:
                target.run(RENEW)
            what = f"release {step + 1}" if step < 3 else "renewal"
            print(f"{what}: {time.monotonic() - began:.1f} s", flush=True)
        time.sleep(max(0.0, end - time.monotonic()))
    lost = traffic.lost()
    for kind, counts in sorted(traffic.counts.items()):
        print(f"{kind}: {dict(counts)}, the slowest {traffic.slowest[kind]:.1f} s")
    print(f"jobs: {len(traffic.jobs)} accepted, {len(lost)} lost")
    containers = target.run(KILLS)
    print(containers)
    restarted = [line for line in containers.splitlines() if not line.endswith(" 0 false")]
    after = {one: target.run("docker inspect --format '{{.State.StartedAt}}' "
                             + target.container(one)) for one in base}  # fmt: skip
    killed = target.run(OOM) != oom
    errors = {kind: {status: number for status, number in counts.items() if status[0] == "5"}
              for kind, counts in traffic.counts.items()}  # fmt: skip
    bad = {kind: found for kind, found in errors.items() if found}
    print(f"restarted: {restarted}; nginx and Redis the same: {before == after};"
          f" killed by the kernel: {killed}; 5xx: {bad}")  # fmt: skip
    sys.exit(bool(restarted or killed or bad or lost or before != after))


if __name__ == "__main__":
    main()
