"""RQ's worker with the patience that production asks for."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from redis.exceptions import RedisError
from rq import Queue, Worker, worker_registration

from app import counting
from app.config import Config
from app.connection import web_client
from app.queue import SERIALIZER

if TYPE_CHECKING:
    from redis.client import Pipeline

WORKER_TTL = 30  # seconds; an idle worker is heard of every 15
MAINTENANCE_INTERVAL = 10  # seconds; how soon a dead worker's jobs are looked for
JOB_MONITORING_INTERVAL = 5  # seconds; how often a busy worker is heard of

# Imported here once, so that the fork made for each job does not import them again.
JOB_MODULES = (counting,)

log = logging.getLogger("app.worker")


def wait_for_redis(config: Config, sleep: Callable[[float], None], longest: float) -> None:
    """Return once Redis takes a write; until then look again after ever longer waits (seconds).

    A write and no ping: a worker needs one to register, and a full Redis still answers pings.
    """
    client, wait = web_client(config), 0.25
    while True:
        try:
            client.set("slipway:probe", 1, ex=1)
        except RedisError as error:
            log.warning("waiting for Redis: %s", error)
        else:
            client.close()
            return
        sleep(wait)
        wait = min(wait * 2, longest)


class PatientWorker(Worker):
    """A worker that is found dead soon, comes back to a restarted Redis, and knows why it ended."""

    max_connection_wait_time = 5.0  # seconds; RQ's minute would idle long after Redis is back
    told_to_stop = False

    @classmethod
    def of(cls, queue: Queue, name: str) -> PatientWorker:
        """Make the worker of one queue. Raises RedisError when Redis does not answer."""
        return cls(
            [queue],
            name=name,
            connection=queue.connection,
            serializer=SERIALIZER,
            worker_ttl=WORKER_TTL,
            maintenance_interval=MAINTENANCE_INTERVAL,
            job_monitoring_interval=JOB_MONITORING_INTERVAL,
            log_job_description=False,  # it holds the arguments, which are the users' business
        )

    def handle_warm_shutdown_request(self) -> None:
        """Note that the end is wanted: RQ's loop ends the same way when it fails."""
        self.told_to_stop = True
        super().handle_warm_shutdown_request()  # type: ignore[no-untyped-call]  # RQ's gap

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """Register again when Redis lost this worker, by expiry in an outage or with its data."""
        super().heartbeat(timeout, pipeline)
        if pipeline is None and not self.connection.hexists(self.key, "birth"):
            fields: dict[Any, Any] = self.serialize()
            self.connection.hset(self.key, mapping=fields)
            worker_registration.register(self)
            self.log.info("worker %s registered again", self.name)
