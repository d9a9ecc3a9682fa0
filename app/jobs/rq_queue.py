"""RQ's queue, as web and worker share it."""

from __future__ import annotations

from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from app.config import Config

# Jobs are stored as JSON: releases with other code, and people, can read them; pickles run code.
SERIALIZER = JSONSerializer
LOCK_SECONDS = 30


class OneQueue(Queue):
    """RQ's queue, looked after again soon when the worker that did so died of it."""

    def acquire_maintenance_lock(self) -> bool:
        """Take the lock of who looks for lost jobs; RQ's would outlast its owner for 15 minutes."""
        lock = self.connection.set(self.registry_cleaning_key, 1, nx=True, ex=LOCK_SECONDS)
        return bool(lock)


def rq_queue(config: Config, client: Redis) -> OneQueue:
    """RQ's queue of the configured name; web and worker must agree on its serializer."""
    return OneQueue(config.queue, connection=client, serializer=SERIALIZER)
