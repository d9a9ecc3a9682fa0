"""Failed jobs by the application's own RQ: what its Python runs in its container, by itself.

usage: python3 - list | show ID | retry [ID ...] | clear [ID ...]; without an ID: all that failed.
It prints a JSON object. It reads no job's arguments: they may be pickled, and pickles run code.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import zlib
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

MOST = 50  # failed jobs in a list, the newest


def main(words: list[str]) -> dict[str, Any]:
    """What the action finds or does."""
    try:
        import redis
        import rq
    except ImportError as error:
        return {"failure": f"the application does not use RQ: {error}"}
    try:
        queues = rq.Queue.all(connection=client())
        action, ids = words[0], words[1:]
        if action == "list":
            return listed(queues)
        if action == "show":
            return shown(queues, ids[0])
        return each(queues, action, ids)
    except redis.RedisError as error:
        return {"failure": f"Redis does not serve: {error}"}


def client() -> Any:
    """Redis, as the application is told of it."""
    from redis import Redis

    secret = os.environ.get("REDIS_PASSWORD_FILE")
    password = Path(secret).read_text().strip() if secret else None
    return Redis.from_url(os.environ["REDIS_URL"], password=password, socket_timeout=20)


def registry(queue: Any) -> Any:
    """The failed jobs of a queue."""
    from rq.registry import FailedJobRegistry

    return FailedJobRegistry(queue.name, connection=queue.connection)


def listed(queues: list[Any]) -> dict[str, Any]:
    """How many jobs there are, and the last that failed."""
    from rq import registry as registries

    kinds = {
        "started": "StartedJobRegistry",
        "scheduled": "ScheduledJobRegistry",
        "deferred": "DeferredJobRegistry",
        "failed": "FailedJobRegistry",
    }
    counts = {"queued": sum(queue.count for queue in queues)}
    for state, name in kinds.items():
        kind = getattr(registries, name)
        counts[state] = sum(kind(q.name, connection=q.connection).count for q in queues)
    failed = [job for queue in queues for job in jobs_of(queue)]
    failed.sort(key=lambda job: job["ended"] or 0, reverse=True)
    names = sorted(queue.name for queue in queues)
    return {"counts": counts, "queues": names, "failed": failed[:MOST]}


def jobs_of(queue: Any) -> list[dict[str, Any]]:
    """The last failed jobs of a queue, in short."""
    ids = registry(queue).get_job_ids()[-MOST:]
    found = [fetched(queue.connection, text(one)) for one in ids]
    return [described(job) for job in found if job is not None]


def fetched(connection: Any, job_id: str) -> Any:
    """The job, read by the serializer that wrote it; None when there is none."""
    from rq.job import Job

    data = connection.hget("rq:job:" + job_id, "data")
    if data is None:
        return None
    with contextlib.suppress(zlib.error):  # old RQ does not compress it
        data = zlib.decompress(data)
    if data[:1] == b"\x80":  # a pickle begins so
        return Job.fetch(job_id, connection=connection)
    from rq.serializers import JSONSerializer

    return Job.fetch(job_id, connection=connection, serializer=JSONSerializer)


def described(job: Any) -> dict[str, Any]:
    """What a person wants to know of it."""
    exception = job.exc_info or ""
    lines = [line for line in exception.splitlines() if line.strip()]
    return {
        "id": job.id,
        "queue": job.origin,
        "description": job.description or "",
        "state": text(getattr(job.get_status(), "value", job.get_status())),
        "created": seconds(job.created_at),
        "ended": seconds(job.ended_at),
        "error": lines[-1] if lines else "no exception is known",
        "exception": exception,
    }


def shown(queues: list[Any], job_id: str) -> dict[str, Any]:
    """One job, with all of its exception."""
    job = fetched(queues[0].connection, job_id) if queues else None
    return described(job) if job is not None else {"failure": "there is no job " + job_id}


def each(queues: list[Any], action: str, ids: list[str]) -> dict[str, Any]:
    """Runs failed jobs again, or forgets them; without an id, all of them."""
    done, refused = [], []
    where = {text(one): queue for queue in queues for one in registry(queue).get_job_ids()}
    for one in ids or list(where):
        if one not in where:
            refused.append({"id": one, "reason": "there is no failed job of this id"})
            continue
        try:
            act(where[one], action, one)
            done.append(one)
        except Exception as error:  # noqa: BLE001  of any RQ: the others are done all the same
            refused.append({"id": one, "reason": str(error) or repr(error)})
    return {"action": action, "done": done, "refused": refused}


def act(queue: Any, action: str, job_id: str) -> None:
    """Runs one again, or forgets it."""
    job = fetched(queue.connection, job_id)
    if job is None:  # its time was over; the registry has only its name
        queue.connection.zrem(registry(queue).key, job_id)
    elif action == "retry":
        registry(queue).requeue(job)
    else:
        registry(queue).remove(job)
        job.delete()


def seconds(moment: datetime | None) -> float | None:
    """Since the epoch; older RQ gives times in UTC without saying so."""
    if moment is None:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()  # noqa: UP017  Python 3.10, too


def text(value: Any) -> str:
    """A value of Redis as text; it comes as bytes from some versions of RQ."""
    return value.decode() if isinstance(value, bytes) else str(value)


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1:])))
