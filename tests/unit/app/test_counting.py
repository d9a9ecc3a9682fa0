from __future__ import annotations

import pytest

from app import counting


def test_counting_outside_a_worker_is_refused() -> None:
    with pytest.raises(RuntimeError, match="worker only"):
        counting.count(1)
