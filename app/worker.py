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

from redis.exceptions import RedisError

from app.config import Config, ConfigError

if TYPE_CHECKING:
    from app.patient import PatientWorker

LONGEST_WAIT = 5.0  # seconds between two looks for a Redis that does not serve

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
    from app.heartbeat import complaint

    problem = complaint(config)
    print(problem or "ok")
    return 1 if problem else 0


def _work(config: Config) -> int:
    """Work until told to stop. A worker whose loop ended otherwise is followed by another."""
    from app import logs
    from app.connection import wait_for_redis
    from app.patient import PatientWorker

    logs.configure("worker")
    while True:
        # Until RQ has its own handlers; and as process 1 a container's default is to ignore it.
        signal.signal(signal.SIGTERM, _stop_at_once)
        wait_for_redis(config, time.sleep, LONGEST_WAIT)
        worker = _run(config, PatientWorker)
        if worker and worker.told_to_stop:
            return 0
        log.error("the worker ended without being told to; another one follows")
        time.sleep(PAUSE)


def _run(config: Config, kind: type[PatientWorker]) -> PatientWorker | None:
    """Run one worker to its end; return it, or None if it could not even begin."""
    from app.connection import worker_client
    from app.heartbeat import worker_prefix

    name = worker_prefix(socket.gethostname()) + secrets.token_hex(4)
    client = worker_client(config)
    try:
        worker = kind.of(config, client, name)
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
