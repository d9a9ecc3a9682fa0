"""Whether the Docker that is on a host, if there is one, can be Slipway's engine."""

import re

from infra.facts.engine import CONFIGURATION, Engine
from infra.operations import dockerd
from infra.operations.dockerd import Keys

COMMON = [
    "apparmor",  # a kernel with AppArmor needs its parser, or no container starts
    "ca-certificates",
    "openssl",
    "python3-venv",
]
# What the distributions call their Docker, and whether its command is a package of its own.
DISTRIBUTION = {
    "debian": ["docker-buildx", "docker-cli", "docker-compose", "docker.io"],
    "ubuntu": ["docker-buildx", "docker-compose-v2", "docker.io"],
}
# Engine 25 and Compose 2.20.2 know a health check's start_interval.
OLDEST = {"engine": (25, 0, 0), "compose": (2, 20, 2)}
ENGINES = {"docker-ce", "docker.io"}
PLUGINS = {"compose": "docker-compose-plugin", "buildx": "docker-buildx-plugin"}

# Keys, and flags of dockerd, that leave containers without their network or their files.
WITHOUT = {
    "live-restore": "containers would stop with dockerd",
    "iptables": "containers would have no way out",
    "ip-forward": "containers would have no way out",
    "ip-masq": "containers would have no way out",
}


def packages(engine: Engine, distribution: str) -> list[str]:
    """The packages to install; docker-ce, where it is, is the engine in place of Debian's."""
    return [*COMMON, *([] if "docker-ce" in engine.packages else DISTRIBUTION[distribution])]


def refusals(engine: Engine, wanted: Keys, ports: tuple[int, ...]) -> list[str]:
    """Why this Docker cannot be the engine, each with what to do; none for a host without one."""
    return [
        *_packages(engine),
        *_versions(engine),
        *(f"{unit} is masked: run systemctl unmask {unit}" for unit in engine.masked),
        *_flags(engine, wanted),
        *_configuration(engine, wanted),
        *_state(engine, wanted),
        *(
            f"port {port} is published by the container {name}: remove it, or set"
            " nginx.http_port and nginx.https_port"
            for port, name in engine.published.items()
            if int(port) in ports
        ),
    ]


def _packages(engine: Engine) -> list[str]:
    """Programs of that name that are not Docker's, or that nobody upgrades."""
    if "podman-docker" in engine.packages:
        return ["the command docker is Podman's: remove the package podman-docker"]
    if "snap" in engine.programs:
        return ["Docker is a snap here: remove it, with snap remove docker"]
    known = ENGINES & engine.packages.keys()
    if "dockerd" in engine.programs and not known:
        where = engine.programs["dockerd"]
        return [f"{where} is of no Debian package: remove this Docker, or install docker-ce"]
    if "docker" in engine.programs and not known and engine.programs["docker"] != "/usr/bin/docker":
        where = engine.programs["docker"]
        return [f"{where} would be found before Debian's docker: remove it"]
    return []


def _versions(engine: Engine) -> list[str]:
    """What is too old, or missing beside docker-ce: Debian's own packages do not go with it."""
    found = []
    if "dockerd" in engine.programs:
        for name, oldest in OLDEST.items():
            said = engine.versions.get(name, "")
            if said and version(said) < oldest:
                needs = ".".join(map(str, oldest))
                found.append(f"Docker's {name} is {said}, Slipway needs {needs}: upgrade it")
    if "docker-ce" in engine.packages:
        found += [
            f"docker-ce is here without {name}: install the package {package}"
            for name, package in PLUGINS.items()
            if name not in engine.versions
        ]
    return found


def version(said: str) -> tuple[int, ...]:
    """The numbers of a version, as of `26.1.5+dfsg1`, `v2.20.2` and `5:27.0`."""
    return tuple(map(int, re.findall(r"[0-9]+", said.rpartition(":")[2])[:3]))


def _flags(engine: Engine, wanted: Keys) -> list[str]:
    """Flags that contradict what is needed; dockerd takes no key twice, as a flag and in a file."""
    return [
        f"dockerd is started with --{name}: write it into {CONFIGURATION}, and remove the flag"
        for name, value in engine.flags.items()
        if name in wanted
        or name.removesuffix("s") in {key.removesuffix("s") for key in wanted}
        or (name in WITHOUT and value == "false")
    ]


def _configuration(engine: Engine, wanted: Keys) -> list[str]:
    if engine.configuration is None:
        return []
    try:
        keys = dockerd.parse(engine.configuration)
    except ValueError as error:
        return [str(error)]
    found = [
        f'{CONFIGURATION} has "{key}": false, and {why}: remove this key'
        for key, why in WITHOUT.items()
        if keys.get(key) is False
    ]
    if keys.get("bridge") == "none":
        found.append(
            f'{CONFIGURATION} has "bridge": "none", and image builds would have no way out:'
            " remove this key"
        )
    if keys.get("userns-remap"):
        found.append(
            f'{CONFIGURATION} has "userns-remap", and the containers could not read their files:'
            " remove this key"
        )
    root = keys.get("data-root")
    if root and wanted.get("data-root", root) != root:
        found.append(
            f'{CONFIGURATION} has "data-root": "{root}", and docker.data_root is'
            f" {wanted['data-root']}: set docker.data_root to {root}, or leave it out"
        )
    return found


def _state(engine: Engine, wanted: Keys) -> list[str]:
    """What a dockerd that runs says of itself."""
    found = []
    if engine.info.get("swarm") in {"active", "pending", "locked"}:
        found.append(
            "Docker is a node of a swarm, where live-restore does not work:"
            " let it leave, with docker swarm leave"
        )
    if engine.info.get("context", "default") != "default":
        found.append(
            f"root's docker uses the context {engine.info['context']}:"
            " run docker context use default as root"
        )
    root, now = wanted.get("data-root"), engine.info.get("root")
    if root and now and root != now and not engine.configuration:
        found.append(
            f"Docker keeps its data in {now}, and docker.data_root is {root}: move the data and"
            f" write the key data-root into {CONFIGURATION}, or leave docker.data_root out"
        )
    return found
