"""What Docker says of a container, as the host's programs understand it."""

import pytest

from infra.onhost.services import docker


@pytest.mark.parametrize(
    ("status", "health"),
    [
        ("Up 3 minutes (healthy)", "healthy"),
        ("Up 3 minutes (unhealthy)", "unhealthy"),
        ("Up 2 seconds (health: starting)", "starting"),
        ("Up 3 minutes", ""),
        ("Up 3 minutes (Paused)", ""),
        ("Exited (137) 5 seconds ago", ""),
    ],
)
def test_a_container_s_health_is_read_from_docker_s_words(status: str, health: str) -> None:
    assert docker.health(status) == health
