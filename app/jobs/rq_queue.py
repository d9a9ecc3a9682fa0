"""RQ's queue, as web and worker share it."""

from __future__ import annotations

from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from app.config import Config

# Jobs are stored as JSON: releases with other code, and people, can read them; pickles run code.
SERIALIZER = JSONSerializer


def rq_queue(config: Config, client: Redis) -> Queue:
    """RQ's queue of the configured name; web and worker must agree on its serializer."""
    return Queue(config.queue, connection=client, serializer=SERIALIZER)
