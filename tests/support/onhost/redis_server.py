"""A real Redis on a host in a directory, with the product's own configuration."""

import contextlib
import subprocess
from collections.abc import Iterator
from types import SimpleNamespace

from infra.hostfile import render
from infra.settings import load
from tests.support.onhost import SETTINGS, Host
from tests.support.processes import until


@contextlib.contextmanager
def redis_running(host: Host) -> Iterator[None]:
    """Redis listens on the host's socket, with the users that stand there."""
    names = SimpleNamespace(CONTAINER_REDIS_DATA=host.root / "data", REDIS_PORT=0)
    names.CONTAINER_REDIS_DATA.mkdir(exist_ok=True)
    file = host.layout.redis_sockets / "redis.conf"
    values = {"layout": host.layout, "names": names, "settings": load(SETTINGS, "one")}
    file.write_text(render("redis/redis.conf.j2", **values, redis_maxmemory=64))
    with (host.layout.redis_sockets / "log").open("wb") as log:
        process = subprocess.Popen(["redis-server", str(file)], stdout=log)
    try:
        until(host.layout.redis_socket.exists, "Redis listens")
        yield
    finally:
        process.kill()
        process.wait()
