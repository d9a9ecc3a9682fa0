"""A release's acceptance tests: what runs them, that they end, and what is told of a failure."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra import release as releases
from infra.onhost.certificates import store
from infra.onhost.command import Failure
from infra.onhost.layout import LAYOUT
from infra.onhost.releases import acceptance, release
from infra.settings import Settings, SettingsError, load
from tests.support.onhost import Host, new_host, wanted

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to root: needs root")
WANTED = wanted(acceptance_image="slipway/acceptance:1", acceptance_limit=5)
GOOD = {"domain": "app.example.org", "email": "you@example.org"}


@pytest.fixture
def host() -> Iterator[Host]:
    with new_host() as host:
        host.release("b")
        (host.layout.tls / ".version").mkdir()
        (host.layout.tls / "app.example.org").symlink_to(".version")
        store.chain(host, "app.example.org").write_text("a certificate")
        yield host


def docker(host: Host, code: int = 0, said: str = "", fails: str = "nothing") -> None:
    """The docker of a host whose tests end with this code and say this."""
    host.calls.with_name("said").write_text(said)
    host.program(
        "docker",
        f"case \"$*\" in *'{fails}'*) echo 'no luck' >&2; exit 1;; *service=acceptance*) echo t;;"
        f" wait*) echo {code};;"
        f" logs*) cat {host.calls.with_name('said')} >&2;; esac",
    )


def refused(host: Host, reason: str) -> str:
    """What is told of tests that do not pass; their containers are gone by then."""
    with pytest.raises(Failure) as failure:
        acceptance.check(host, "b", WANTED)
    assert str(failure.value).splitlines()[0] == f"release b fails its acceptance tests: {reason}"
    assert host.called()[-1] == "docker compose --project-name slipway-acceptance down --timeout 1"
    return str(failure.value)


def test_nginx_is_there_before_the_tests_and_both_are_gone_after_them(host: Host) -> None:
    docker(host)
    acceptance.check(host, "b", WANTED)
    project = f"--project-directory {release.folder(host, 'b')} --project-name slipway-acceptance"
    up = f"docker compose {project} --profile acceptance up"
    done = [call for call in host.called() if not call.startswith(("docker ps", "docker logs"))]
    assert done == [
        "docker compose --project-name slipway-acceptance down --timeout 1",
        f"{up} --detach --wait front",
        f"{up} --detach --no-deps acceptance",
        "docker wait t",
        "docker compose --project-name slipway-acceptance down --timeout 1",
    ]


def test_the_tests_of_a_release_of_before_ask_the_domain_of_now(host: Host) -> None:
    asked = host.calls.with_name("asked")
    there = 'test -z "$SITE_URL" || echo $SITE_DOMAIN $SITE_URL >>' + str(asked)
    docker(host)
    program = host.root / "programs" / "docker"
    program.write_text(program.read_text().replace("case", f"{there}; case", 1))
    acceptance.check(host.changed(domain="new.example.org", https_port=8443), "b", WANTED)
    assert set(asked.read_text().splitlines()) == {"new.example.org https://new.example.org:8443"}


def test_the_served_certificate_is_what_the_tests_trust_and_no_key(host: Host) -> None:
    store.key(host, "app.example.org").write_text("a key")
    docker(host)
    acceptance.check(host, "b", WANTED)
    assert (host.layout.web / "b" / "trust.pem").read_text() == "a certificate"
    assert "a key" not in "".join(
        path.read_text() for path in (host.layout.web / "b").rglob("*") if path.is_file()
    )


def test_a_failure_is_named_and_shown(host: Host) -> None:
    docker(host, 1, "E  assert 200 == 418\nFAILED test_a.py::test_b - assert 200\n1 failed")
    told = refused(host, "FAILED test_a.py::test_b - assert 200")
    assert "assert 200 == 418" in told


@pytest.mark.parametrize(("code", "reason"), [(5, "exit code 5"), (137, "exit code 137")])
def test_tests_that_did_not_run_to_their_end_are_failed_ones(
    host: Host, code: int, reason: str
) -> None:
    docker(host, code, "no tests ran")
    assert "no tests ran" in refused(host, reason)


def test_tests_that_take_too_long_are_failed_ones(host: Host) -> None:
    docker(host, said="FAILED no", fails="wait t")
    refused(host, "not finished after 5 s")


def test_an_nginx_that_does_not_start_leaves_nothing_behind(host: Host) -> None:
    docker(host, fails="--wait front")
    with pytest.raises(Failure, match="no luck"):
        acceptance.check(host, "b", WANTED)
    assert host.called()[-1] == "docker compose --project-name slipway-acceptance down --timeout 1"


def settings(tmp_path: Path, **more: Any) -> Settings:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_a.py").write_text("def test_a(): pass\n")
    return load(GOOD | {"app": {"acceptance": str(tmp_path / "tests")}, **more}, "one")


def files(given: Settings) -> dict[str, bytes]:
    return {file.path: file.content or b"" for file in releases.release_files(given, "app:1")}


def test_a_release_holds_its_tests_and_changes_with_them(tmp_path: Path) -> None:
    given = settings(tmp_path)
    found = files(given)
    assert found["acceptance/test_a.py"] == b"def test_a(): pass\n"
    config = releases.release_config(given, "app:1")
    assert config.acceptance_image.startswith("slipway/acceptance:")
    assert config.acceptance_limit == 120
    (tmp_path / "tests" / "test_a.py").write_text("def test_a(): assert 0\n")
    assert files(given) != found


def test_without_tests_there_is_nothing_of_them() -> None:
    found = files(load(GOOD, "one"))
    assert sorted(found) == [
        "compose.yaml",
        "health/__main__.py",
        "health/onhost/__init__.py",
        "health/onhost/services/__init__.py",
        "health/onhost/services/sockets.py",
        "health/onhost/web/__init__.py",
        "health/onhost/web/health_check.py",
        "health/onhost/web/work.py",
        "release.json",
        "routes.conf",
    ]
    assert b"acceptance:" not in found["compose.yaml"]
    assert releases.acceptance_image(load(GOOD, "one")) is None


def test_the_tests_get_the_site_s_address_and_nothing_else(tmp_path: Path) -> None:
    given = settings(tmp_path, nginx={"https_port": 8443}, aliases=["www.example.org"])
    services = yaml.safe_load(files(given)["compose.yaml"])["services"]
    front, tests = services["front"], services["acceptance"]
    assert (front["network_mode"], tests["network_mode"]) == ("none", "service:front")
    assert front["volumes"] == [
        {"type": "tmpfs", "target": str(LAYOUT.web)},
        f"{LAYOUT.web}/${{RELEASE}}:{LAYOUT.current}:ro",
    ]
    assert front["extra_hosts"] == [
        "${SITE_DOMAIN:-app.example.org}:127.0.0.1",
        "www.example.org:127.0.0.1",
    ]
    assert tests["environment"] == {
        "BASE_URL": "${SITE_URL:-https://app.example.org:8443}",
        "SSL_CERT_FILE": "/run/trust.pem",
    }
    assert "secrets" not in tests
    assert tests["read_only"]
    assert tests["cap_drop"] == ["ALL"]
    assert all(volume.endswith(":ro") for volume in tests["volumes"])
    assert {service["restart"] for service in (front, tests)} == {"no"}
    assert [service["profiles"] for service in (front, tests)] == [["acceptance"]] * 2


def test_a_site_that_is_an_address_cannot_be_asked_without_a_network(tmp_path: Path) -> None:
    with pytest.raises(
        SettingsError, match=r"app\.acceptance: cannot be used when domain is an IP address"
    ):
        settings(tmp_path, domain="192.0.2.1")
