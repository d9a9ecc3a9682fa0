"""RQ has what the package uses though it is private, and what it replaces, as it was.

When this fails with a new version of RQ, see what changed, and only then add that version to
src/steady_rq/known.py and pyproject.toml.
"""

from __future__ import annotations

import json

from rq_stand import Stand

PROGRAM = """
import inspect, json
from rq import Worker, worker_registration
from rq.job import Job
from rq.scheduler import RQScheduler
source = inspect.getsource(Worker) + inspect.getsource(Worker.__mro__[1])
names = ("self._stop_requested", "self._stopped_job_id", "def _shutdown(self)",
         "self._exc_handlers",
         "self._ordered_queues", "def setup_work_horse_signals", "def fork_work_horse",
         "def prepare_job_execution(self, job: Job, remove_from_intermediate_queue",
         "def clean_registries(self)", "self.bootstrap(logging_level",
         "self._install_signal_handlers()", "def check_for_suspension(self, burst", "os.fork()")
print(json.dumps({
    "missing": [name for name in names if name not in source],
    "scheduler": "self._process = " in inspect.getsource(RQScheduler),
    "keys": [Worker.redis_worker_namespace_prefix, worker_registration.REDIS_WORKER_KEYS,
             worker_registration.WORKERS_BY_QUEUE_KEY, Job.redis_job_namespace_prefix],
}))
"""


def test_rq_has_the_names(stand: Stand) -> None:
    code, output = stand.run("python3", "-c", PROGRAM)
    assert code == 0, output
    assert json.loads(output) == {
        "missing": [],
        "scheduler": True,
        "keys": ["rq:worker:", "rq:workers", "rq:workers:%s", "rq:job:"],
    }
