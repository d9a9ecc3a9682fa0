"""The serializer of a worker whose application names none: each job keeps the one it came with."""

from __future__ import annotations

from typing import Any

from rq.job import Job
from rq.serializers import JSONSerializer, resolve_serializer

PICKLE = b"\x80"  # begins each pickle since protocol 2, and no JSON
_pickle = resolve_serializer()


class EitherSerializer:
    """Reads what RQ's pickle or its JSON serializer wrote; writes pickle, as RQ does by default."""

    @staticmethod
    def dumps(*values: Any, **options: Any) -> bytes:
        """The value as pickle."""
        return _pickle.dumps(*values, **options)

    @staticmethod
    def loads(data: bytes, *values: Any, **options: Any) -> Any:
        """The value. Raises what the serializer raises that seems to have written it."""
        return _writer(data).loads(data, *values, **options)


def keep_own(job: Job) -> None:
    """Have a job of EitherSerializer write its result as its application reads it."""
    if job.serializer is EitherSerializer:
        job.serializer = _writer(job.data)


def _writer(data: bytes) -> Any:
    return _pickle if data.startswith(PICKLE) else JSONSerializer
