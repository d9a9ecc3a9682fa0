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
from typing import NoReturn

from app.config import Config, ConfigError

LONGEST_WAIT = 5.0  # seconds between two looks for a Redis that does not serve

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
    from app.connection import worker_client
    from app.heartbeat import worker_prefix
    from app.patient import PatientWorker, wait_for_redis
    from app.queue import rq_queue

    _log_to_stdout()
    # Until RQ has its own handlers; and as process 1 a container's default would be to ignore it.
    signal.signal(signal.SIGTERM, _stop_at_once)
    wait_for_redis(config, time.sleep, LONGEST_WAIT)
    client = worker_client(config)
    name = worker_prefix(socket.gethostname()) + secrets.token_hex(4)
    worker = PatientWorker.of(rq_queue(config, client), name)
    worker.work(with_scheduler=True)
    if worker.told_to_stop:
        return 0
    log.error("the worker %s ended without being told to; whoever runs it starts it again", name)
    return 1


def _stop_at_once(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


def _log_to_stdout() -> None:
    logging.basicConfig(
        stream=sys.stdout, level=logging.INFO, format="%(levelname)s %(name)s: %(message)s"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
