"""The web server's service in a release's compose file."""

import re

from infra.application.found import find
from infra.compose.services import (
    HEALTH_CHECK,
    INTERVAL,
    Service,
    health,
    literal,
    memory,
    processors,
)
from infra.onhost import layout
from infra.onhost.layout import LAYOUT
from infra.onhost.services import sockets
from infra.settings import Settings

SERVERS = {
    "uwsgi": ("uwsgi", "--ini", "/opt/slipway/uwsgi.ini"),
    "gunicorn": ("gunicorn", "--config", "/opt/slipway/gunicorn.conf.py"),
}
# A server of one's own makes a socket that nginx may write to: its group is the directory's.
WITH_UMASK = ("sh", "-c", 'umask 007; exec "$$@"', "sh")
VARIABLE = re.compile(r"\$\{?(WEB_[A-Z]+)\}?")


def web(settings: Settings, base: Service) -> Service:
    """The web server, on a socket of the release's own."""
    socket = f"{layout.CONTAINER_SOCKETS}/{socket_name(settings)}"
    script = layout.CONTAINER_HEALTH_CHECK
    module = find(settings).module
    asked = [literal(settings.app.health_path), literal(settings.domain)]
    return (
        base
        | memory(settings.web.memory)
        | processors(settings.web.cpus)
        | {
            **server(settings),
            "group_add": [str(layout.WEB_SOCKET_GID), *base.get("group_add", [])],
            "environment": base["environment"]
            | {
                **({"WEB_MODULE": literal(module.name)} if module else {}),
                **web_variables(settings),
            },
            "stop_grace_period": f"{settings.web.request_timeout + 5}s",
            "volumes": [
                f"{LAYOUT.web}/${{RELEASE}}/socket:{layout.CONTAINER_SOCKETS}",
                f"./{HEALTH_CHECK}:{script}:ro",
                *base["volumes"],
            ],
            "healthcheck": health(
                ["python3", "-IS", str(script), socket, *asked],
                INTERVAL,
                start=settings.web.start_limit,
            ),
        }
    )


def server(settings: Settings) -> Service:
    """The command of the server; none for that of an image with a Dockerfile of its own."""
    words = settings.web.command
    if words:
        known = web_variables(settings)
        told = (VARIABLE.sub(lambda found: known.get(found[1], found[0]), word) for word in words)
        return {"command": [*WITH_UMASK, *(literal(word) for word in told)]}
    if settings.app.own_dockerfile:
        return {}
    return {"command": [literal(word) for word in SERVERS[settings.web.server]]}


def web_variables(settings: Settings) -> dict[str, str]:
    """What the web server is told."""
    web = settings.web
    return {
        "WEB_SOCKET": f"{layout.CONTAINER_SOCKETS}/{socket_name(settings)}",
        "WEB_PROCESSES": str(web.processes),
        "WEB_THREADS": str(web.threads),
        "WEB_REQUEST_TIMEOUT": str(web.request_timeout),
        "WEB_STREAM_LIMIT": str(web.stream_limit),
        "WEB_STREAMS": str(web.streams or max(1, web.processes * web.threads // 2)),
        "WEB_QUEUE": str(web.queue),
    }


def socket_name(settings: Settings) -> str:
    """The name of the web server's socket, which says what is spoken on it."""
    return sockets.UWSGI if settings.web.spoken == "uwsgi" else sockets.HTTP
