"""What compose is told: the containers have no more rights than they need, and the settings."""

import ipaddress
import re
from typing import Any

import pytest
import yaml

from infra import base, release
from infra.onhost import layout
from infra.onhost.layout import LAYOUT
from infra.settings import Settings, load, megabytes

GOOD: dict[str, Any] = {"domain": "app.example.org", "email": "you@example.org"}
UNUSUAL: dict[str, Any] = {
    "domain": "app.example.org",
    "email": "you@example.org",
    "app": {"health_path": "/up", "environment": {"GREETING": "Hello"}},
    "web": {
        "processes": 7,
        "threads": 3,
        "request_timeout": 90,
        "memory": "1g",
        "command": ["gunicorn", "$HOME"],
    },
    "processes": {
        "worker": {
            "kind": "queue",
            "count": 4,
            "queues": ["mails"],
            "stop_limit": 3600,
            "memory": "512m",
            "cpus": 0.5,
            "command": ["rq", "worker"],
            "health_command": ["rq", "info"],
            "health_limit": 7,
        },
    },
    "redis": {"memory": "2g"},
    "nginx": {"http_port": 8080, "https_port": 8443, "memory": "300m"},
    "secrets": {"api_key": "pyproject.toml"},
}
SETTINGS = {"defaults": load(GOOD, "one"), "unusual": load(UNUSUAL, "one")}


def release_file(settings: Settings) -> Any:
    [found] = [f for f in release.release_files(settings, "slipway/app:1") if "compose" in f.path]
    assert found.mode == "600"
    return yaml.safe_load(found.content or b"")


def base_file(settings: Settings) -> Any:
    images = base.image("nginx", settings), base.image("redis", settings)
    files = {file.path: file.content for file in base.base_files(settings, *images)}
    return yaml.safe_load(files[str(LAYOUT.base / "compose.yaml")] or b"")


def services(settings: Settings) -> dict[str, Any]:
    """Those that run all the time."""
    found = {**base_file(settings)["services"], **release_file(settings)["services"]}
    return {name: service for name, service in found.items() if "profiles" not in service}


@pytest.fixture(params=SETTINGS)
def settings(request: pytest.FixtureRequest) -> Settings:
    return SETTINGS[request.param]


@pytest.fixture(params=["nginx", "redis", "web", "worker"])
def service(request: pytest.FixtureRequest, settings: Settings) -> Any:
    return services(settings)[request.param]


def seconds(duration: str) -> int:
    assert re.fullmatch(r"[0-9]+s", duration)
    return int(duration[:-1])


def test_there_are_four_services(settings: Settings) -> None:
    assert sorted(services(settings)) == ["nginx", "redis", "web", "worker"]


def test_a_one_off_command_is_told_all_and_may_no_more_than_a_worker(settings: Settings) -> None:
    found = release_file(settings)["services"]
    one_off, worker = found["one-off"], found["worker"]
    own = {"mem_limit", "memswap_limit", "restart", "logging", "profiles"}
    assert {name: one_off[name] for name in one_off.keys() - own} == {
        name: worker[name] for name in one_off.keys() - own
    }
    assert one_off["logging"] == {"driver": "none"}  # what it shows may be secret
    assert (one_off["restart"], one_off["profiles"]) == ("no", ["one-off"])
    assert one_off["mem_limit"] == found["web"]["mem_limit"]


def test_no_service_publishes_a_port(service: Any) -> None:
    assert not service.keys() & {"ports", "expose", "privileged", "cap_add", "devices", "pid"}


def test_a_service_can_do_little(service: Any) -> None:
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] is True
    assert service["init"] is True
    assert service["pids_limit"] <= 256
    assert all("noexec,nosuid,nodev" in mount for mount in service["tmpfs"])


def test_a_service_has_no_account_of_the_host(service: Any) -> None:
    user, _, group = service["user"].partition(":")
    assert user == group
    assert int(user) > 10000


def test_a_service_gets_its_memory_and_a_megabyte_of_swap(service: Any) -> None:
    assert megabytes(service["memswap_limit"]) == megabytes(service["mem_limit"]) + 1


def test_a_service_needs_nothing_of_dockerd_s_configuration(service: Any) -> None:
    assert service["logging"] == {"driver": "journald"}
    assert service["ulimits"]["nofile"] == layout.OPEN_FILES


def test_a_service_starts_again_after_a_crash_and_is_never_pulled(service: Any) -> None:
    assert service["restart"] == "unless-stopped"
    assert service["pull_policy"] == "never"
    assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}


def test_docker_s_socket_is_given_to_nobody(service: Any) -> None:
    assert not any("docker" in volume for volume in service["volumes"])


def test_users_and_sockets_groups_are_those_of_the_layout(settings: Settings) -> None:
    found = {
        name: (service["user"].split(":")[0], set(service["group_add"]))
        for name, service in services(settings).items()
    }
    web_socket, redis_socket = str(layout.WEB_SOCKET_GID), str(layout.REDIS_SOCKET_GID)
    assert found == {
        "nginx": (str(layout.NGINX_UID), {web_socket}),
        "redis": (str(layout.REDIS_UID), {redis_socket}),
        "web": (str(layout.APP_UID), {web_socket, redis_socket}),
        "worker": (str(layout.APP_UID), {redis_socket}),
    }


def test_nginx_alone_is_on_the_host_s_network_and_redis_on_one_of_its_own(
    settings: Settings,
) -> None:
    found = services(settings)
    modes = {name: service.get("network_mode") for name, service in found.items()}
    assert modes == {"nginx": "host", "redis": None, "web": None, "worker": None}
    assert list(found["redis"]["networks"]) == ["redis"]
    assert set(found["web"]["networks"]) == set(found["worker"]["networks"]) == {"default", "redis"}


def test_redis_network_leads_nowhere_else_and_the_host_has_no_address_in_it(
    settings: Settings,
) -> None:
    [network] = base_file(settings)["networks"].values()
    assert network["internal"] is True
    assert network["driver_opts"] == {"com.docker.network.bridge.inhibit_ipv4": "true"}
    [pool] = network["ipam"]["config"]
    own = ipaddress.ip_address(layout.REDIS_ADDRESS)
    assert own in ipaddress.ip_network(pool["subnet"])
    assert own not in ipaddress.ip_network(pool["ip_range"])  # nobody else gets it meanwhile
    assert release_file(settings)["networks"]["redis"] == {
        "external": True,
        "name": network["name"],
    }


def test_nginx_writes_to_its_spool_alone(settings: Settings) -> None:
    writable = [v for v in services(settings)["nginx"]["volumes"] if not v.endswith(":ro")]
    assert writable == [f"{LAYOUT.spool}:{LAYOUT.spool}"]


def test_the_application_writes_to_its_socket_s_directory_and_its_spool_alone(
    settings: Settings,
) -> None:
    own = f"{LAYOUT.web}/${{RELEASE}}"
    sockets, spool = f"{own}/socket:{layout.CONTAINER_SOCKETS}", f"{own}/spool:/var/tmp"
    found = services(settings)
    assert [v for v in found["web"]["volumes"] if not v.endswith(":ro")] == [sockets, spool]
    assert [v for v in found["worker"]["volumes"] if not v.endswith(":ro")] == [spool]


def test_redis_keeps_its_data_on_a_volume_that_outlives_the_container(settings: Settings) -> None:
    assert f"redis:{layout.CONTAINER_REDIS_DATA}" in services(settings)["redis"]["volumes"]
    assert base_file(settings)["volumes"] == {"redis": {"name": layout.REDIS_VOLUME}}


def test_who_is_told_to_stop_may_finish_what_it_does(settings: Settings) -> None:
    found = {name: seconds(s["stop_grace_period"]) for name, s in services(settings).items()}
    assert found["worker"] > settings.processes["worker"].seconds_to_stop
    assert found["web"] > settings.web.request_timeout
    assert found["nginx"] > settings.web.request_timeout
    assert services(settings)["nginx"]["stop_signal"] == "SIGQUIT"


def test_the_settings_arrive_in_the_containers() -> None:
    found = services(SETTINGS["unusual"])
    limits = {name: service["mem_limit"] for name, service in found.items()}
    assert limits == {"nginx": "300m", "redis": "2g", "web": "1g", "worker": "512m"}
    assert found["worker"]["deploy"] == {"replicas": 4}
    assert found["worker"]["command"] == ["rq", "worker"]
    assert found["worker"]["healthcheck"]["test"] == ["CMD", "rq", "info"]
    assert found["worker"]["healthcheck"]["timeout"] == "7s"
    assert (found["worker"]["cpus"], "cpus" in found["web"]) == ("0.5", False)
    assert found["web"]["healthcheck"]["test"][-2:] == ["/up", "app.example.org"]
    assert "/dev/tcp/127.0.0.1/8080" in found["nginx"]["healthcheck"]["test"][-1]


def test_gunicorn_gets_a_socket_whose_name_says_http() -> None:
    web = services(load(GOOD | {"web": {"server": "gunicorn"}}, "one"))["web"]
    assert web["command"] == ["gunicorn", "--config", "/opt/slipway/gunicorn.conf.py"]
    assert web["environment"]["WEB_SOCKET"] == f"{layout.CONTAINER_SOCKETS}/http.sock"
    assert f"{layout.CONTAINER_SOCKETS}/http.sock" in web["healthcheck"]["test"]
