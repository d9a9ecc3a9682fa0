"""What the services of a release's compose file have in common, and those that run a command."""

from typing import Any

from infra.application.found import find
from infra.application.volumes import mounts
from infra.compose import variables
from infra.onhost import layout
from infra.onhost.layout import LAYOUT
from infra.onhost.releases.release import ENVIRONMENT, ONE_OFF, RELEASE_COMMAND
from infra.settings import REDIS_URL, Process, Settings, megabytes, secret_variable

HEALTH_CHECK = "health"  # in the release's directory
STEADY_RQ = "steady_rq"  # the same
INTERVAL = 10  # seconds from one health check to the next
HEALTH_LIMIT = 30  # seconds that one may take
START_PERIOD = 60  # seconds in which a container may start, at least
SPOOL = "spool"  # in the release's directory below LAYOUT.web; the application's own
ON_DISK = f"{LAYOUT.web}/${{RELEASE}}/{SPOOL}"
TMP = "/tmp"  # noqa: S108  the container's own
REDIS = f"{LAYOUT.redis_sockets}:{LAYOUT.redis_sockets}:ro"
# By name, and without a question to a nameserver: one of the host's could answer it, too.
TO_REDIS = {
    "group_add": [str(layout.REDIS_SOCKET_GID)],
    "networks": {"default": {}, "redis": {}},
    "extra_hosts": [f"{layout.REDIS_HOST}:{layout.REDIS_ADDRESS}"],
}

Service = dict[str, Any]


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
        "logging": {"driver": "journald"},  # the reasons stand in compose/base.yaml.j2
        "ulimits": {"nofile": layout.OPEN_FILES},
        "user": f"{layout.APP_UID}:{layout.APP_UID}",
        **tmp(settings),
        "secrets": settings.secret_names,
        **secret_variables(settings),
        "environment": environment(settings),
        **(TO_REDIS if settings.redis.enabled else {}),
        "volumes": [
            *([REDIS] if settings.redis.enabled else []),
            f"{ON_DISK}:{layout.CONTAINER_SPOOL}",
            *([f"{ON_DISK}:{TMP}"] if settings.app.tmp_on_disk else []),
            *(f"{LAYOUT.volumes}/{n}:{p}" for n, p in mounts(settings).items()),
            *map(socket_folder, settings.app.sockets.values()),
        ],
    }


def tmp(settings: Settings) -> Service:
    """The folder for temporary files, where it is in memory."""
    if settings.app.tmp_on_disk:
        return {}
    size = megabytes(settings.app.tmp)
    return {"tmpfs": [f"{TMP}:mode=1777,size={size}m,noexec,nosuid,nodev"]}


def socket_folder(path: str) -> Service:
    """A folder of the host's sockets, for programs of the operator's. It must be there."""
    bind = {"create_host_path": False}
    return {"type": "bind", "source": path, "target": path, "read_only": True, "bind": bind}


def secret_variables(settings: Settings) -> Service:
    """The file of the variables with secrets in them, which the host makes; if there are any."""
    return {"env_file": [f"./{ENVIRONMENT}"]} if variables.templates(settings) else {}


def redis_url(settings: Settings) -> dict[str, str]:
    """The URL of Redis' socket, unless a variable with its password has another."""
    if not settings.redis.enabled or REDIS_URL in variables.templates(settings):
        return {}
    return {REDIS_URL: f"unix://{LAYOUT.redis_socket}"}


def environment(settings: Settings) -> dict[str, str]:
    """What every process of the application is told; Slipway's own names come last."""
    module = find(settings).module
    flask = {"FLASK_APP": literal(module.name)} if module else {}
    own = {name: literal(value) for name, value in settings.app.environment.items()}
    files = {
        secret_variable(name): f"{layout.CONTAINER_SECRETS}/{name}"
        for name in settings.secret_names
    }
    return (
        flask
        | own
        | {
            "RELEASE": "${RELEASE}",
            "TMPDIR": str(layout.CONTAINER_SPOOL),
            **redis_url(settings),
            **files,
            **queue(settings),
        }
    )


def queue(settings: Settings) -> dict[str, str]:
    """Where jobs go that the application adds: to its first process that runs some."""
    first = next(iter(settings.of_kind("queue").values()), None)
    return jobs(first) if first else {}


def jobs(process: Process) -> dict[str, str]:
    """What a process is told of its jobs."""
    return {
        "QUEUE": process.queues[0],
        "QUEUES": ",".join(process.queues),
        "JOB_TIMEOUT": str(process.seconds_to_stop),
    }


def memory(limit: str) -> Service:
    """Memory, and no swap."""
    return {"mem_limit": limit, "memswap_limit": memory_and_swap(limit)}


def processors(limit: float | None) -> Service:
    """Processor time, if it is limited."""
    return {"cpus": str(limit)} if limit else {}


def memory_and_swap(limit: str) -> str:
    """The limit of memory and swap together: a megabyte of swap, which is as good as none.

    With none at all runc tells systemd of no limit (cgroup v2), and systemd takes the kernel's
    away at its next reload: then a container takes all of the host's swap.
    """
    return f"{megabytes(limit) + 1}m"


def health(command: list[str], interval: int, *, start: int, limit: int = HEALTH_LIMIT) -> Service:
    """A health check, every `interval` seconds.

    Its limit is for the start of its program on a busy host: the shipped ones wait for an answer
    for a few seconds only. While a release may start, for `start` seconds, no failure counts.
    """
    return {
        "test": ["CMD", *command],
        "interval": f"{interval}s",
        "timeout": f"{limit}s",
        "retries": 2,
        "start_period": f"{max(START_PERIOD, start)}s",
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
            "command": [literal(word) for word in settings.release_command],
        }
    )


def one_off(settings: Settings, base: Service) -> Service:
    """For a command, or a shell, that an operator runs; what it shows stands in no journal."""
    return (
        base
        | memory(settings.web.memory)
        | {"profiles": [ONE_OFF], "restart": "no", "logging": {"driver": "none"}}
    )
