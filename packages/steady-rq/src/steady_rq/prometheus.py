"""Figures for Prometheus: the queues, their jobs and their workers, as they are in Redis."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterator, Sequence

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from redis.exceptions import RedisError
from rq import Queue

from steady_rq.jobs import listing, outcomes
from steady_rq.jobs.heartbeat import heartbeats


class QueueCollector:
    """Reads the figures of queues from Redis each time; says so when Redis does not answer.

    Register it once: `CollectorRegistry.register(QueueCollector([queue]))`.
    """

    def __init__(self, queues: Sequence[Queue], prefix: str = "steady_rq") -> None:
        """Read these queues; the names of all figures begin with the prefix."""
        self._queues = queues
        self._prefix = prefix

    def collect(self) -> Iterator[Metric]:
        """The figures, each labelled with the queue's name."""
        up = GaugeMetricFamily(f"{self._prefix}_redis_up", "Whether Redis answers")
        try:
            families = list(self._families())
        except RedisError:
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield from (up, *families)

    def _families(self) -> Iterator[Metric]:
        jobs = GaugeMetricFamily(f"{self._prefix}_jobs", "Jobs by state", labels=["queue", "state"])
        ended = CounterMetricFamily(
            f"{self._prefix}_job_outcomes", "Runs of jobs by how they ended",
            labels=["queue", "outcome"],
        )  # fmt: skip
        workers = GaugeMetricFamily(
            f"{self._prefix}_workers", "Workers alive", labels=["queue", "state"]
        )
        for queue in self._queues:
            for state, number in listing.numbers(queue).items():
                jobs.add_metric([queue.name, state], number)
            for outcome, number in outcomes.read(queue.connection, queue.name).items():
                ended.add_metric([queue.name, outcome], number)
            beats = heartbeats(queue.connection, queue.name)
            states = Tally(state for _, state in beats.values())
            for state in ("idle", "busy"):
                workers.add_metric([queue.name, state], states[state])
        yield from (jobs, ended, workers)
