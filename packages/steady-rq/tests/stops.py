"""Stops a worker again and again as a job comes: `stops.py CLASS ROUNDS QUEUE...`, in a Python
with RQ. The jobs come to the last queue.

It imports once and forks for each round. Prints how many jobs each round left half taken, and how
many have not finished when another worker has done what was left.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import sys
import time
from pathlib import Path

from redis import Redis
from rq import Queue, Worker


def client() -> Redis:
    password = Path(os.environ["REDIS_PASSWORD_FILE"]).read_text().strip()
    return Redis.from_url(os.environ["REDIS_URL"], password=password)


def main(path: str, rounds: int, names: list[str]) -> dict[str, int]:
    module, _, name = path.rpartition(".")
    kind: type[Worker] = getattr(importlib.import_module(module), name)
    redis = client()
    queue = Queue(names[-1], connection=redis)
    half_taken, jobs = 0, []
    for number in range(rounds):
        worker = os.fork()
        if not worker:
            work(kind, names, burst=False)
        while redis.info("clients")["blocked_clients"] != len(names):
            time.sleep(0.002)
        jobs.append(queue.enqueue("shop.jobs.order", str(number)))
        time.sleep(0.004 * number / rounds)
        os.kill(worker, signal.SIGTERM)
        os.waitpid(worker, 0)
        half_taken += redis.llen(queue.intermediate_queue_key)
        redis.delete(queue.intermediate_queue_key)
    if not (last := os.fork()):
        work(kind, names, burst=True)
    os.waitpid(last, 0)
    once = [int(redis.get(f"ended:{number}") or 0) == 1 for number in range(rounds)]
    return {
        "half taken": half_taken,
        "not run once": once.count(False),
        "not finished": sum(not job.is_finished for job in jobs),
        "failed": queue.failed_job_registry.count,
    }


def work(kind: type[Worker], names: list[str], burst: bool) -> None:
    """Be a worker until told to stop."""
    gc.disable()  # what was forked along is not this process' to tidy up
    redis = client()
    queues = [Queue(name, connection=redis) for name in names]
    kind(queues, connection=redis).work(burst=burst, logging_level="ERROR")
    os._exit(0)


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]), sys.argv[3:])))
