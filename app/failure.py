"""How a job fails with words for whoever started it."""

from __future__ import annotations


class JobFailed(Exception):  # noqa: N818  # a failure that is meant to be seen is no error
    """Raise it in a job that can never succeed: its one-line text is the reason that users read.

    The job is not tried again. The text of any other exception stays in the logs.
    """
