"""A container against its compose file: each thing that Docker can be told otherwise is found."""

import copy
from typing import Any

import pytest

from infra.onhost.running import rights
from infra.onhost.services.compose import Project

SERVICE = {
    "image": "slipway/app:1",
    "mem_limit": "134217728",
    "memswap_limit": "134217728",
    "pids_limit": 256,
    "restart": "unless-stopped",
    "init": True,
    "read_only": True,
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges:true"],
    "user": "10001:10001",
    "group_add": ["10011", "10012"],
    "tmpfs": ["/tmp:mode=1777,size=64m"],
    "networks": {"default": None},
    "volumes": [
        {"type": "bind", "source": "/a", "target": "/b", "read_only": True},
        {"type": "volume", "source": "data", "target": "/data"},
    ],
    "secrets": [{"source": "key"}],
}
PROJECT = Project(
    "slipway-r1",
    {"web": SERVICE},
    {"default": {"name": "slipway-r1_default"}},
    {"data": {"name": "kept"}},
    {"key": {"file": "/r/secrets/key"}},
    {},
)
CONTAINER: dict[str, Any] = {
    "HostConfig": {
        "Memory": 134217728,
        "MemorySwap": 134217728,
        "MemoryReservation": 0,
        "PidsLimit": 256,
        "RestartPolicy": {"Name": "unless-stopped"},
        "Init": True,
        "ReadonlyRootfs": True,
        "Privileged": False,
        "CapDrop": ["ALL"],
        "CapAdd": None,
        "SecurityOpt": ["no-new-privileges:true"],
        "GroupAdd": ["10011", "10012"],
        "Devices": None,
        "Tmpfs": {"/tmp": "mode=1777,size=64m"},
        "NetworkMode": "slipway-r1_default",
        "NanoCpus": 0,
        "CpuQuota": 0,
        "CpuShares": 0,
        "CpusetCpus": "",
        "PidMode": "",
        "UsernsMode": "",
    },
    "Config": {"User": "10001:10001"},
    "NetworkSettings": {"Networks": {"slipway-r1_default": {}}},
    "Mounts": [
        {"Type": "bind", "Source": "/a", "Destination": "/b", "RW": False},
        {"Type": "volume", "Name": "kept", "Source": "/v", "Destination": "/data", "RW": True},
        {"Type": "bind", "Source": "/r/secrets/key", "RW": False,
         "Destination": "/run/secrets/key"},
    ],
}  # fmt: skip


def wrong(change: dict[str, Any], part: str = "HostConfig") -> dict[str, str]:
    container = copy.deepcopy(CONTAINER)
    container[part] |= change
    return rights.wrong(PROJECT, "web", container)


def test_a_container_of_its_compose_file_is_right() -> None:
    assert wrong({}) == {}


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"Memory": 0}, "Memory"),
        ({"MemorySwap": -1}, "MemorySwap"),
        ({"PidsLimit": None}, "PidsLimit"),
        ({"RestartPolicy": {"Name": "no"}}, "RestartPolicy"),
        ({"Init": False}, "Init"),
        ({"ReadonlyRootfs": False}, "ReadonlyRootfs"),
        ({"Privileged": True}, "Privileged"),
        ({"CapDrop": None}, "CapDrop"),
        ({"CapAdd": ["NET_ADMIN"]}, "CapAdd"),
        ({"SecurityOpt": ["seccomp=unconfined"]}, "SecurityOpt"),
        ({"GroupAdd": ["0"]}, "GroupAdd"),
        ({"Devices": [{"PathOnHost": "/dev/sda"}]}, "Devices"),
        ({"Tmpfs": None}, "Tmpfs"),
        ({"NanoCpus": 10}, "Cpu"),
        ({"CpuQuota": 1000}, "Cpu"),
        ({"CpuShares": 2}, "CpuShares"),
        ({"PidMode": "host"}, "PidMode"),
    ],
)
def test_each_right_and_limit_is_compared(change: dict[str, Any], name: str) -> None:
    assert set(wrong(change)) == {name}


def test_user_networks_and_mounts_are_compared() -> None:
    assert set(wrong({"User": ""}, "Config")) == {"User"}
    networks: dict[str, Any] = {"Networks": {"slipway-r1_default": {}, "other": {}}}
    assert set(wrong(networks, "NetworkSettings")) == {"Networks"}
    for mounts in (
        CONTAINER["Mounts"][1:],
        [*CONTAINER["Mounts"], {"Type": "bind", "Source": "/", "Destination": "/host", "RW": True}],
        [CONTAINER["Mounts"][0] | {"RW": True}, *CONTAINER["Mounts"][1:]],
    ):
        assert set(rights.wrong(PROJECT, "web", CONTAINER | {"Mounts": mounts})) == {"Mounts"}


@pytest.mark.parametrize(
    ("value", "size"), [("128m", 128 << 20), ("1g", 1 << 30), (5, 5), ("7b", 7), ("10", 10)]
)
def test_sizes_are_bytes(value: object, size: int) -> None:
    assert rights.size(value) == size
