"""An alert, and what is told of a channel that does not deliver it."""

from typing import Any

import pytest

from infra.onhost.alerts import channels
from tests.support.onhost import Host
from tests.support.operations.certificates import authority

HERE = "127.0.0.1"
CA = authority("ca.example.org")
SECRET = "do-not-show-me"  # noqa: S105  what must appear nowhere
SAID = ("a unit failed", "its log, and über\nmore")


def problem(host: Host, name: str, way: Any) -> str:
    """What is told of a way that fails."""
    with pytest.raises(channels.ERRORS) as error:
        channels.CHANNELS[name](host.layout, way, *SAID)
    told = channels.reason(error.value)
    assert SECRET not in told
    return told
