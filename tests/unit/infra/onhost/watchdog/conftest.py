"""A host that the watchdog looks at."""

from collections.abc import Iterator

import pytest

from tests.support.onhost import Host
from tests.support.onhost.watched import watched_host


@pytest.fixture
def host() -> Iterator[Host]:
    with watched_host() as host:
        yield host
