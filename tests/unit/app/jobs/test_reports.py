from __future__ import annotations

import pytest

from app.jobs.reports import failure_reason


@pytest.mark.parametrize(
    ("trace", "reason"),
    [
        (
            "Traceback ...\nValueError: secret matters",
            "The job stopped with an error (ValueError).",
        ),
        ("x\nrq.exceptions.Odd: y", "The job stopped with an error (Odd)."),
        ("Work-horse terminated unexpectedly; waitpid returned 9", "The worker died"),
        ("", "The job failed."),
        ("strange words: here", "The job failed."),
    ],
)
def test_the_reason_of_a_failure_is_a_sentence(trace: str, reason: str) -> None:
    assert failure_reason(trace, 180).startswith(reason)
