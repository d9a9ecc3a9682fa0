"""The compose file of a release, as data: web, workers, and what runs before traffic moves.

It is written as JSON, which is YAML: no value of the settings can be taken for syntax. RELEASE
stands in .env beside it.
"""

import json
import re
from typing import Any

from infra.onhost import layout
from infra.onhost.layout import LAYOUT
from infra.onhost.releases.release import RELEASE_COMMAND
from infra.onhost.services import sockets
from infra.settings import Settings, secret_variable

SERVERS = {
    "uwsgi": ("uwsgi", "--ini", "/srv/app/uwsgi.ini"),
    "gunicorn": ("gunicorn", "--config", "/srv/app/gunicorn.conf.py"),
}
HEALTH_CHECK = "health_check.py"  # in the release's directory
REDIS = f"{LAYOUT.redis_sockets}:{LAYOUT.redis_sockets}:ro"

Service = dict[str, Any]


def text(settings: Settings, image: str, acceptance_image: str) -> str:
    """The file, for people too; acceptance_image is empty when there are no such tests."""
    written = json.dumps(project(settings, image, acceptance_image), ensure_ascii=False, indent=2)
    # YAML has other escapes than JSON beyond the first 65536 characters, and fewer bare characters.
    return re.sub(r"[^ -~\n]", lambda found: f"\\U{ord(found[0]):08x}", written) + "\n"


def project(settings: Settings, image: str, acceptance_image: str) -> dict[str, Any]:
    """The compose project."""
    base = application(settings, image)
    services = {"web": web(settings, base), "worker": worker(settings, base)}
    if settings.app.release_command:
        services[RELEASE_COMMAND] = release_command(settings, base)
    if acceptance_image:
        services["front"] = front(settings)
        services["acceptance"] = acceptance(settings, base, acceptance_image)
    secrets = {name: {"file": f"./secrets/{name}"} for name in settings.secret_names}
    return {"name": "slipway-${RELEASE}", "services": services, "secrets": secrets}


def literal(value: str) -> str:
    """A value of the settings that compose takes as it is; it would replace a single `$`."""
    return value.replace("$", "$$")


def application(settings: Settings, image: str) -> Service:
    """What all containers of the application have in common: few rights, and its settings."""
    return {
        "image": image,
        "restart": "unless-stopped",
        "init": True,
        "read_only": True,
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "pids_limit": 256,
        "pull_policy": "never",
        "user": f"{layout.APP_UID}:{layout.APP_UID}",
        "tmpfs": ["/tmp:mode=1777,size=64m,noexec,nosuid,nodev"],  # noqa: S108  the container's own
        "secrets": settings.secret_names,
        "group_add": [str(layout.REDIS_SOCKET_GID)],
        "environment": environment(settings),
        "volumes": [REDIS, *(f"{LAYOUT.volumes}/{n}:{p}" for n, p in settings.app.volumes.items())],
    }


def environment(settings: Settings) -> dict[str, str]:
    """What every process of the application is told; Slipway's own names come last."""
    own = {name: literal(value) for name, value in settings.app.environment.items()}
    files = {
        secret_variable(name): f"{layout.CONTAINER_SECRETS}/{name}"
        for name in settings.secret_names
    }
    return own | {
        "RELEASE": "${RELEASE}",
        "REDIS_URL": f"unix://{LAYOUT.redis_socket}",
        **files,
        "QUEUE": literal(settings.worker.queue),
        "JOB_TIMEOUT": str(settings.worker.job_timeout),
    }


def memory(limit: str) -> Service:
    """Memory, and no swap."""
    return {"mem_limit": limit, "memswap_limit": limit}


def web(settings: Settings, base: Service) -> Service:
    """The web server, on a socket of the release's own."""
    socket = f"{layout.CONTAINER_SOCKETS}/{socket_name(settings)}"
    script = layout.CONTAINER_HEALTH_CHECK
    asked = [literal(settings.app.health_path), literal(settings.domain)]
    return (
        base
        | memory(settings.web.memory)
        | {
            "command": [literal(w) for w in settings.web.command or SERVERS[settings.web.server]],
            "group_add": [str(layout.WEB_SOCKET_GID), *base["group_add"]],
            "environment": base["environment"]
            | {
                "WEB_SOCKET": socket,
                "WEB_PROCESSES": str(settings.web.processes),
                "WEB_THREADS": str(settings.web.threads),
                "WEB_REQUEST_TIMEOUT": str(settings.web.request_timeout),
            },
            "stop_grace_period": f"{settings.web.request_timeout + 5}s",
            "volumes": [
                f"{LAYOUT.web}/${{RELEASE}}/socket:{layout.CONTAINER_SOCKETS}",
                f"./{HEALTH_CHECK}:{script}:ro",
                *base["volumes"],
            ],
            "healthcheck": health(["python3", "-IS", str(script), socket, *asked], 10, 6),
        }
    )


def socket_name(settings: Settings) -> str:
    """The name of the web server's socket, which says what is spoken on it."""
    return sockets.UWSGI if settings.web.server == "uwsgi" else sockets.HTTP


def worker(settings: Settings, base: Service) -> Service:
    """The workers. One that is told to stop finishes its job first."""
    return (
        base
        | memory(settings.worker.memory)
        | {
            "command": [literal(word) for word in settings.worker.command],
            "deploy": {"replicas": settings.worker.count},
            "stop_grace_period": f"{settings.worker.job_timeout + 10}s",
            "healthcheck": health(
                [literal(word) for word in settings.worker.health_command], 15, 10
            ),
        }
    )


def health(command: list[str], interval: int, timeout: int) -> Service:
    """A health check; interval and timeout are seconds."""
    return {
        "test": ["CMD", *command],
        "interval": f"{interval}s",
        "timeout": f"{timeout}s",
        "retries": 2,
        "start_period": "60s",
        "start_interval": "1s",
    }


def release_command(settings: Settings, base: Service) -> Service:
    """Run by the switch, once, before traffic moves."""
    return (
        base
        | memory(settings.web.memory)
        | {
            "profiles": [RELEASE_COMMAND],
            "restart": "no",
            "command": [literal(word) for word in settings.app.release_command],
        }
    )


def front(settings: Settings) -> Service:
    """The nginx that stands before all releases, before this one alone and on no network.

    The acceptance tests reach it by the site's own names and ports, and nobody else does.
    """
    return {
        "extends": {"file": f"{LAYOUT.base}/compose.yaml", "service": "nginx"},
        "profiles": ["acceptance"],
        "restart": "no",
        "network_mode": "none",
        "extra_hosts": [f"{name}:127.0.0.1" for name in settings.names],
        "volumes": [  # here the one way in leads to this release, and no other is there
            {"type": "tmpfs", "target": str(LAYOUT.web)},
            f"{LAYOUT.web}/${{RELEASE}}:{LAYOUT.current}:ro",
        ],
    }


def acceptance(settings: Settings, base: Service, image: str) -> Service:
    """The acceptance tests: without secrets, and without a way to Redis or to the volumes."""
    port = settings.nginx.https_port
    rights = {key: base[key] for key in base if key not in {"group_add", "secrets"}}
    return (
        rights
        | memory("256m")
        | {
            "image": image,
            "profiles": ["acceptance"],
            "restart": "no",
            "network_mode": "service:front",
            "user": f"{layout.ACCEPTANCE_UID}:{layout.ACCEPTANCE_UID}",
            "logging": {"driver": "local"},  # read once, when they have ended
            "command": ["pytest", "--quiet", "--tb=short", "-p", "no:cacheprovider"],
            "environment": {
                "BASE_URL": f"https://{settings.domain}" + ("" if port == 443 else f":{port}"),
                "SSL_CERT_FILE": str(layout.CONTAINER_TRUST),
            },
            "volumes": [
                f"./acceptance:{layout.CONTAINER_ACCEPTANCE}:ro",
                f"{LAYOUT.web}/${{RELEASE}}/trust.pem:{layout.CONTAINER_TRUST}:ro",
            ],
        }
    )
