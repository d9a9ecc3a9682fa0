"""The settings in the words of dockerd's configuration."""

import pytest

from infra.settings.dockerd import wanted
from tests.support.settings import refusal, settings

PROXY = "http://proxy.example.org:3128/"


def test_without_settings_dockerd_needs_one_key_alone() -> None:
    assert wanted(settings()) == {"live-restore": True}


def test_each_setting_is_a_key() -> None:
    found = wanted(
        settings(
            docker={
                "registry_mirror": "https://mirror.example.org:5000/",
                "data_root": "/srv/docker",
                "mtu": 1400,
                "address_pools": ["10.99.0.0/20", "10.98.0.0/26"],
            },
            proxy={"http": PROXY, "https": PROXY, "except_for": [".example.org", "10.0.0.0/8"]},
        )
    )
    assert found == {
        "live-restore": True,
        "registry-mirrors": ["https://mirror.example.org:5000/"],
        "data-root": "/srv/docker",
        "mtu": 1400,
        "default-address-pools": [
            {"base": "10.99.0.0/20", "size": 24},
            {"base": "10.98.0.0/26", "size": 28},
        ],
        "proxies": {
            "http-proxy": PROXY,
            "https-proxy": PROXY,
            "no-proxy": "localhost,127.0.0.1,::1,.example.org,10.0.0.0/8",
        },
    }


def test_programs_are_told_of_the_proxy_that_there_is() -> None:
    assert settings().proxy.variables == {}
    assert settings(proxy={"https": PROXY}).proxy.variables == {
        "https_proxy": PROXY,
        "no_proxy": "localhost,127.0.0.1,::1",
    }


@pytest.mark.parametrize("pool", ["10.99.0.1/20", "10.99.0.0/27", "fd00::/64", "all"])
def test_a_pool_is_a_network_with_room(pool: str) -> None:
    told = refusal(docker={"address_pools": [pool]})
    assert told == (
        "docker.address_pools.0: must be an IPv4 network like 10.99.0.0/20, of /26 or larger"
    )


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        (
            "http://me:word@proxy.example.org:3128",
            "must be without user and password: every build would show them",
        ),
        (
            "http://127.0.0.1:3128",
            "must be an address that containers reach: builds run in them",
        ),
    ],
)
def test_a_proxy_is_reached_from_builds_and_holds_no_secret(url: str, reason: str) -> None:
    assert refusal(proxy={"https": url}) == f"proxy.https: {reason}"
