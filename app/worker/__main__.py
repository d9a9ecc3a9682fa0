"""Runs the jobs of one queue: `python3 -m app.worker`; with --check, says whether it is alive.

One queue only: RQ takes jobs from a single queue by a move that survives the worker's death.
"""

from __future__ import annotations

import argparse
import logging
import os
import secrets
import signal
import socket
import sys
import time
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from app.config import Config, ConfigError

if TYPE_CHECKING:
    from app.worker.safe_worker import SafeWorker

MAX_WAIT = 5.0  # seconds between two looks for a Redis that does not serve
PAUSE = 1.0  # seconds before a worker that ended unasked is followed by another

log = logging.getLogger("app.worker")


def main(arguments: list[str]) -> int:
    """Run the worker until it is told to stop, or check it; return the exit code."""
    parser = argparse.ArgumentParser(prog="python3 -m app.worker", description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 0 if this host's worker lives")
    check = parser.parse_args(arguments).check
    try:
        config = Config.from_environment(os.environ)
    except ConfigError as error:
        print(f"the worker does not start: {error}", file=sys.stderr)
        return 1
    return _check(config) if check else _work(config)


def _check(config: Config) -> int:
    from app.jobs.worker_check import problem

    found = problem(config)
    print(found or "ok")
    return 1 if found else 0


def _work(config: Config) -> int:
    """Work until told to stop. A worker whose loop ended otherwise is followed by another."""
    # The modules of jobs are imported here, so that no fork made for a job imports them again.
    from app import counting, logs  # noqa: F401
    from app.redis_client import wait_for_redis

    logs.configure("worker")
    while True:
        # Until RQ has its own handlers; and as process 1 a container's default is to ignore it.
        signal.signal(signal.SIGTERM, _stop_at_once)
        wait_for_redis(config, time.sleep, MAX_WAIT)
        worker = _run(config)
        if worker and worker.told_to_stop:
            return 0
        log.error("the worker ended without a signal; starting another one")
        time.sleep(PAUSE)


def _run(config: Config) -> SafeWorker | None:
    """Run one worker to its end; return it, or None if it could not even begin."""
    from redis.exceptions import RedisError

    from app.jobs.worker_check import worker_prefix
    from app.redis_client import worker_client
    from app.worker.safe_worker import SafeWorker

    name = worker_prefix(socket.gethostname()) + secrets.token_hex(4)
    client = worker_client(config)
    try:
        worker = SafeWorker.create(config, client, name)
        worker.work(with_scheduler=True)
    except RedisError as error:
        log.warning("the worker %s could not begin: %s", name, error)
        return None
    finally:
        client.close()
    return worker


def _stop_at_once(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
