"""Mends of nginx and Redis: their containers, and what they run with."""

import shutil
import time
from pathlib import Path

from .. import layout
from ..base import apply
from ..command import run, say
from ..config import Host
from ..credentials import redis_users
from ..inspection import inspect
from ..releases import release
from ..running import redis_running
from ..services import engine, nginx, redis
from . import containers, disk, networks

APPENDED = "appendonlydir"
REWRITE_SECONDS = 120


def state(host: Host) -> dict[str, object]:
    """What a deploy decides from: what differs of nginx and Redis, and the state of their unit."""
    found = inspect.differences(host, inspect.BASE)
    return {"differences": [str(one) for one in found], **apply.state(host)}


def mend(host: Host) -> None:
    """nginx and Redis run as their files say, and with what their files say."""
    disk.modes(host)  # neither starts when it may not read its own
    disk.volume(host)
    containers.retag(host)
    networks.mend(host)
    others = containers.in_place(host, host.layout.base)
    apply.apply(host, release.health_path(host, release.current(host)), others)
    settings(host)
    if not nginx.loaded(host):
        nginx.reload(host)


def settings(host: Host) -> None:
    """Redis has the values of its file, and keeps the jobs that it holds in memory."""
    wrong = redis_running.wrong(host)
    if not wrong:
        return
    if "appendonly" in wrong:
        _keep_file(host)
    refused = []
    with redis_users.administrator(host) as stream:
        for name, (_, wanted) in wrong.items():
            say(f"Redis takes {name} {wanted} from its file")
            try:
                redis.command(stream, "CONFIG", "SET", name, wanted)
            except ValueError as error:
                refused.append(f"{name}: {error}")
        if "appendonly" in wrong:
            _wait_until_written(stream)
    if refused:
        say(f"restarting Redis, which does not take these while it runs: {', '.join(refused)}")
        run("docker", "restart", redis_users.CONTAINER)


def _keep_file(host: Host) -> None:
    """Keeps the append-only file as it was before Redis wrote none: the next one replaces it."""
    for container in engine.containers(host, layout.BASE_PROJECT):
        for mount in container["Mounts"]:
            written = Path(mount["Source"]) / APPENDED
            if mount["Type"] == "volume" and written.is_dir():
                kept = host.layout.put_aside / f"redis-{time.strftime('%Y-%m-%d-%H%M%S')}"
                shutil.copytree(written, kept / APPENDED)
                host.layout.put_aside.chmod(0o700)
                say(f"Redis wrote no file; the one of before is kept in {kept}")


def _wait_until_written(stream: object) -> None:
    """Returns when Redis has written its memory to the new file."""
    deadline = time.monotonic() + REWRITE_SECONDS
    while time.monotonic() < deadline:
        shown = redis.command(stream, "INFO", "persistence")
        if "aof_rewrite_in_progress:0" in shown and "aof_rewrite_scheduled:0" in shown:
            return
        time.sleep(0.1)
