"""Files against the manifest: content, mode, owner, links, and what no deploy has put there."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.onhost import manifest
from infra.onhost.inspection import files
from infra.onhost.mending import disk
from tests.support.onhost import Host, new_host


@pytest.fixture
def host() -> Iterator[Host]:
    """A host with a program, a file of nginx' and a release, all as they were put."""
    with new_host() as host:
        layout = host.layout
        programs = layout.programs / "one"
        programs.mkdir(parents=True)
        layout.current_programs.symlink_to(programs)
        for path in (programs / "run.py", layout.nginx_configuration, layout.base_compose):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("as put")
        known = [*layout.nginx.iterdir(), programs / "run.py", layout.base_compose, layout.secrets]
        links = {str(layout.current_programs): str(programs)}
        put(host, known, links)
        folder = host.release("a")
        layout.current.symlink_to("a")
        (folder / "compose.yaml").write_text("as put")
        wanted = {str(path): manifest.state(path) for path in folder.iterdir()}
        (folder / manifest.NAME).write_text(json.dumps(wanted))
        yield host


def put(host: Host, paths: list[Path], links: dict[str, str]) -> None:
    wanted = {str(path): manifest.state(path) for path in paths}
    found = manifest.Manifest(wanted, links, [], {})
    host.layout.manifest.write_text(json.dumps(found.__dict__))


def differences(host: Host) -> dict[str, str]:
    """The texts, by the path below the host's root."""
    found = [*files.differences(host), *files.of_release(host)]
    return {one.subject.removeprefix(f"{host.root}/"): one.text for one in found}


def test_nothing_differs_from_what_was_put(host: Host) -> None:
    assert differences(host) == {}


def test_a_file_differs_by_content_by_mode_and_when_it_is_missing(host: Host) -> None:
    (host.layout.programs / "one" / "run.py").write_text("edited")
    host.layout.nginx_configuration.chmod(0o600)
    host.layout.base_compose.unlink()
    assert differences(host) == {
        "opt/slipway/programs/one/run.py": "has other content than the deploy put",
        "opt/slipway/nginx/nginx.conf": "has the mode 600, not 644",
        "opt/slipway/base/compose.yaml": "is missing",
    }


def test_a_link_in_the_place_of_a_file_is_no_file(host: Host) -> None:
    kept = host.layout.base_compose.rename(host.root / "kept")
    host.layout.base_compose.symlink_to(kept)
    assert "is a link" in differences(host)["opt/slipway/base/compose.yaml"]


def test_a_link_that_leads_elsewhere_differs(host: Host) -> None:
    host.layout.current_programs.unlink()
    host.layout.current_programs.symlink_to("/tmp")
    assert "leads to /tmp" in differences(host)["opt/slipway/programs/current"]


def test_what_no_deploy_put_is_named_and_put_aside(host: Host) -> None:
    places = ("opt/slipway/nginx/x.conf", "opt/slipway/base/redis/x", "etc/slipway/secrets/old",
              "opt/slipway/programs/one/x.py", "etc/systemd/system/slipway-x.service",
              "opt/slipway/releases/a/compose.override.yaml")  # fmt: skip
    for place in places:
        path = host.root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("of somebody")
    assert set(differences(host)) == set(places)
    disk.surplus(host)
    assert differences(host) == {}
    aside = [path for path in host.layout.put_aside.rglob("*") if path.is_file()]
    assert len(aside) == len(places)
    assert {path.read_text() for path in aside} == {"of somebody"}


def test_what_python_and_slipway_leave_by_themselves_is_no_surplus(host: Host) -> None:
    cache = host.layout.programs / "one" / "__pycache__"
    cache.mkdir()
    (cache / "run.cpython-313.pyc").touch()
    (host.layout.nginx / ".nginx.conf.new").touch()
    secrets = host.layout.releases / "a" / "secrets"
    secrets.mkdir()
    (secrets / "key").touch()
    (host.layout.releases / "a" / "static.json").touch()
    assert differences(host) == {}


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"files": {}', "null"])
def test_a_manifest_that_cannot_be_read_is_a_difference(host: Host, content: str) -> None:
    host.layout.manifest.write_text(content)
    assert "cannot be read" in differences(host)["opt/slipway/manifest.json"]


def test_a_release_without_a_manifest_differs(host: Host) -> None:
    (host.layout.releases / "a" / manifest.NAME).unlink()
    assert "manifest.json cannot be read" in differences(host)["release a:"]
