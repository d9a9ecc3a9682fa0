"""Runs a worker until it is told to stop: waits for Redis, and begins again when it failed."""

from __future__ import annotations

import logging
import signal
import sys
import time
from types import FrameType
from typing import NoReturn

from redis.exceptions import RedisError
from rq.serializers import resolve_serializer
from rq.utils import import_attribute

from steady_rq.config_file import ConfigFileError, Options
from steady_rq.connection import wait_for_redis, worker_client
from steady_rq.environment import Environment
from steady_rq.serializers import EitherSerializer
from steady_rq.worker import SteadyWorker

MAX_WAIT = 5.0  # seconds between two looks for a Redis that does not serve
PAUSE = 1.0  # seconds before a worker that ended unasked is followed by another

log = logging.getLogger("steady_rq")


def run(environment: Environment, options: Options, burst: bool = False) -> int:
    """Work until told to stop, or with `burst` until no job waits; return the exit code."""
    # Of no effect where the application has set up logging itself.
    logging.basicConfig(
        level=logging.INFO, stream=sys.stdout, format="%(asctime)s %(levelname)s %(message)s"
    )
    while True:
        # Until RQ has its own handlers; and as process 1 a container's default is to ignore it.
        signal.signal(signal.SIGTERM, _stop_at_once)
        wait_for_redis(environment, time.sleep, MAX_WAIT)
        worker = _run(environment, options, burst)
        if burst or (worker and worker.told_to_stop):
            return 0 if worker else 1
        log.error("the worker ended without a signal; starting another one")
        time.sleep(PAUSE)


def worker_class(options: Options) -> type[SteadyWorker]:
    """The class of the worker. Raises ConfigFileError if it is none of ours."""
    found = options.worker_class
    kind = import_attribute(found) if isinstance(found, str) else found
    if not (isinstance(kind, type) and issubclass(kind, SteadyWorker)):
        raise ConfigFileError(f"WORKER_CLASS must be a subclass of steady_rq.SteadyWorker: {found}")
    return kind


def _run(environment: Environment, options: Options, burst: bool) -> SteadyWorker | None:
    """Run one worker to its end; return it, or None if it could not even begin."""
    client = worker_client(environment)
    try:
        worker = worker_class(options)(
            list(environment.queues),
            connection=client,
            serializer=resolve_serializer(options.serializer or EitherSerializer),
            job_class=options.job_class,
            queue_class=options.queue_class,
            exception_handlers=[_imported(handler) for handler in options.exception_handlers],
            log_job_description=False,  # it holds the arguments, which are the users' business
        )
        worker.job_limit = environment.job_timeout
        worker.work(with_scheduler=True, burst=burst)
    except RedisError as error:
        log.warning("the worker could not begin: %s", error)
        return None
    finally:
        client.close()
    return worker


def _imported(handler: object) -> object:
    return import_attribute(handler) if isinstance(handler, str) else handler


def _stop_at_once(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)
