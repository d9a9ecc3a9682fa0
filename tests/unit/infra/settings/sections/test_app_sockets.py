"""Folders of the host's sockets: those of other programs alone."""

import pytest

from infra.compose.services import socket_folder
from tests.support.settings import refusal, settings


@pytest.mark.parametrize("path", ["/run/postgresql", "/var/run/mysqld"])
def test_a_folder_is_mounted_under_its_own_path_and_never_made(path: str) -> None:
    assert settings(app={"sockets": {"database": path}}).app.sockets == {"database": path}
    found = socket_folder(path)
    assert (found["source"], found["target"], found["read_only"]) == (path, path, True)
    assert found["bind"] == {"create_host_path": False}


@pytest.mark.parametrize(
    "path", ["/run", "/run/docker", "/run/docker.sock/../x", "/etc", "/run/secrets", "/run/web/x"]
)
def test_slipway_s_own_and_docker_s_are_refused(path: str) -> None:
    assert refusal(app={"sockets": {"database": path}}).startswith("app.sockets.database: must be")
