"""What a container may do and take: as Docker runs it, against what its compose file asks for."""

from collections.abc import Iterator
from typing import Any

from ..services import processes
from ..services.compose import Project

UNITS = {"b": 1, "k": 1024, "m": 1024**2, "g": 1024**3}
# Docker's name, compose's name, and what compose means when it says nothing.
LISTS = (
    ("CapDrop", "cap_drop"),
    ("CapAdd", "cap_add"),
    ("SecurityOpt", "security_opt"),
    ("GroupAdd", "group_add"),
    ("Devices", "devices"),
)
VALUES = (
    ("ReadonlyRootfs", "read_only", False),
    ("Init", "init", False),
    ("Privileged", "privileged", False),
    ("PidMode", "pid", ""),
    ("UsernsMode", "userns_mode", ""),
    ("CpuShares", "cpu_shares", 0),
    ("CpusetCpus", "cpuset", ""),
)
LIMITS = (
    ("Memory", "mem_limit"),
    ("MemorySwap", "memswap_limit"),
    ("MemoryReservation", "mem_reservation"),
)
UPDATED = {"Memory", "MemorySwap", "PidsLimit", "RestartPolicy"}  # without another container


def wrong(project: Project, service: str, container: dict[str, Any]) -> dict[str, str]:
    """What differs, by Docker's name for it, in words."""
    asked = project.services[service]
    found = container["HostConfig"]
    said = dict(_limits(asked, found))
    for name, key, default in VALUES:
        if (found.get(name) or default) != asked.get(key, default):
            said[name] = f"has {name} {found.get(name)}, not {asked.get(key, default)}"
    for name, key in LISTS:
        have, want = sorted(map(str, found.get(name) or [])), sorted(map(str, asked.get(key, [])))
        if have != want:
            said[name] = f"has {name} {have}, not {want}"
    if str(container["Config"].get("User", "")) != str(asked.get("user", "")):
        said["User"] = f"runs as {container['Config'].get('User')!r}, not {asked.get('user')!r}"
    if "network_mode" in asked and found["NetworkMode"] != asked["network_mode"]:
        said["NetworkMode"] = f"is on the network {found['NetworkMode']}"
    tmpfs = dict(word.partition(":")[::2] for word in asked.get("tmpfs") or [])
    if (found.get("Tmpfs") or {}) != tmpfs:
        said["Tmpfs"] = f"has other file systems in memory: {found.get('Tmpfs')}"
    networks = _networks(project, asked)
    if networks != set(container["NetworkSettings"]["Networks"]):
        there = ", ".join(container["NetworkSettings"]["Networks"]) or "none"
        said["Networks"] = f"is on the networks {there}, not {', '.join(networks) or 'none'}"
    if mounts := _mounts(project, asked) ^ _mounted(container):
        paths = ", ".join(sorted({mount[2] for mount in mounts}))
        said["Mounts"] = f"has other mounts than its compose file: {paths}"
    return said


def _limits(asked: dict[str, Any], found: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, key in LIMITS:
        limit = size(asked.get(key, 0))
        if (found.get(name) or 0) != limit:
            yield name, f"has {name} {found.get(name)}, not {limit}"
    if (found.get("PidsLimit") or 0) != int(asked.get("pids_limit", 0)):
        yield "PidsLimit", f"has PidsLimit {found.get('PidsLimit')}, not {asked.get('pids_limit')}"
    policy = found["RestartPolicy"]["Name"] or "no"
    if policy != asked.get("restart", "no"):
        yield "RestartPolicy", f"has the restart policy {policy}, not {asked.get('restart', 'no')}"
    cpus = int(float(asked.get("cpus", 0)) * 1e9)
    if (found.get("NanoCpus") or 0) != cpus or found.get("CpuQuota"):
        yield "Cpu", "has a limit of processor time that its compose file does not ask for"


def size(value: Any) -> int:
    """Bytes, of a number or of words like 128m."""
    text = str(value).strip().lower().removesuffix("b")
    return int(text) if text.isdigit() else int(float(text[:-1]) * UNITS[text[-1]])


def _networks(project: Project, asked: dict[str, Any]) -> set[str]:
    if "network_mode" in asked:
        return {asked["network_mode"]}
    return {_full_name(project, name) for name in asked.get("networks") or ("default",)}


def _full_name(project: Project, network: str) -> str:
    """The name that Docker knows a network of the compose file by."""
    return project.networks.get(network, {}).get("name") or f"{project.name}_{network}"


def _mounts(project: Project, asked: dict[str, Any]) -> set[tuple[str, str, str, bool]]:
    """Type, source, target and whether it can be written."""
    found = set()
    for volume in asked.get("volumes") or []:
        source = volume.get("source", "")
        if volume["type"] == "volume":
            known = project.volumes.get(source) or {}
            source = known.get("name") or f"{project.name}_{source}"
        if volume["type"] in {"bind", "volume"}:
            found.add((volume["type"], source, volume["target"], not volume.get("read_only")))
    for secret in asked.get("secrets") or []:
        target = secret.get("target") or secret["source"]
        target = target if target.startswith("/") else f"/run/secrets/{target}"
        found.add(("bind", project.secrets[secret["source"]]["file"], target, False))
    return found


def _mounted(container: dict[str, Any]) -> set[tuple[str, str, str, bool]]:
    return {
        (
            mount["Type"],
            mount["Name"] if mount["Type"] == "volume" else mount["Source"],
            mount["Destination"],
            mount["RW"],
        )
        for mount in container["Mounts"]
        if mount["Type"] in {"bind", "volume"}
    }


def held_by_the_kernel(container: dict[str, Any]) -> dict[str, str]:
    """What differs between what Docker says of a running container and what its processes have."""
    process = str(container["State"]["Pid"])
    said = {}
    limit = processes.memory_limit(process)
    if limit is None or limit > container["HostConfig"]["Memory"] > 0:
        said["Memory"] = "may take more memory than its limit: the kernel has another one"
    old = [
        mount["Destination"]
        for mount in container["Mounts"]
        if not processes.same_file(process, mount["Destination"], mount["Source"])
    ]
    if old:
        said["Mounts"] = f"sees files that are not those on the host: {', '.join(sorted(old))}"
    return said
