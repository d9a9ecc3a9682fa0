"""The kernel's settings, the bundle of CAs and virtual environments, with files of their own."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.onhost import manifest
from infra.onhost.inspection import environments, renewal, static, sysctls, trust
from infra.onhost.mending import disk
from tests.support.onhost import Host, new_host


@pytest.fixture
def host() -> Iterator[Host]:
    with new_host() as host:
        yield host


def test_the_kernel_is_asked_and_not_the_file(host: Host, tmp_path: Path) -> None:
    host.layout.sysctl.parent.mkdir(parents=True)
    host.layout.sysctl.write_text("# of ours\nnet.a = 1\nnet.b = 4 5\n-vm.c = 1\n-vm.none = 1\n")
    for name, value in {"net/a": "1\n", "net/b": "4\t5\n", "vm/c": "0\n"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(value)
    assert [str(one) for one in sysctls.differences(host, tmp_path)] == [
        "the kernel's vm.c is 0, not 1"
    ]
    (tmp_path / "net/b").write_text("4\t6\n")
    (tmp_path / "net/a").unlink()
    found = [str(one) for one in sysctls.differences(host, tmp_path)]
    assert found[:2] == [
        "the kernel's net.a is not there, not 1",
        "the kernel's net.b is 4 6, not 4 5",
    ]


def pem(word: str) -> str:
    return f"-----BEGIN CERTIFICATE-----\n{word}\n-----END CERTIFICATE-----\n"


def test_the_bundle_holds_what_its_sources_hold_by_content(host: Host) -> None:
    shipped = host.root / "usr/share/ca-certificates/mozilla"
    for folder in (shipped, host.layout.ca_certificates, host.layout.ca_bundle.parent):
        folder.mkdir(parents=True)
    (host.root / "etc/ca-certificates.conf").write_text("# list\nmozilla/a.crt\n!mozilla/b.crt\n")
    (shipped / "a.crt").write_text(pem("a"))
    (shipped / "b.crt").write_text(pem("b"))
    (host.layout.ca_certificates / "slipway-1.crt").write_text(pem("own"))
    host.layout.ca_bundle.write_text(pem("own") + "# in another order\n" + pem("a"))
    assert list(trust.differences(host)) == []
    host.layout.ca_bundle.write_text(pem("a") + pem("b"))
    assert [one.text for one in trust.differences(host)] == [
        "lacks 1 CAs of this host",
        "trusts 1 CAs that have no file on this host",
    ]


@pytest.fixture(scope="module")
def venv(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A virtual environment with pip, and pip's version."""
    folder = tmp_path_factory.mktemp("venv") / "one"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    shown = subprocess.run(
        [folder / "bin" / "pip", "--version"], capture_output=True, text=True, check=True
    )
    return folder, shown.stdout.split()[1]


def test_an_environment_does_that_holds_its_packages(venv: tuple[Path, str]) -> None:
    folder, version = venv
    assert environments.broken(folder, {"Pip": version}) == ""


def test_an_environment_without_a_package_or_with_another_does_not(
    venv: tuple[Path, str],
) -> None:
    folder, version = venv
    assert environments.broken(folder, {"acme": "1"}) == "lacks acme"
    assert environments.broken(folder, {"pip": "1"}) == f"has pip {version} instead of 1"


def test_an_environment_with_a_broken_file_or_none_at_all_does_not(
    venv: tuple[Path, str], tmp_path: Path
) -> None:
    folder, version = venv
    [file] = folder.glob("lib/*/site-packages/pip/__main__.py")
    text = file.read_text()
    file.write_text("")
    try:
        said = environments.broken(folder, {"pip": version})
    finally:
        file.write_text(text)
    assert said == "lacks pip/__main__.py of pip, or has another file in its place"
    assert environments.broken(tmp_path, {"pip": version}) == "has no Python"


def test_static_files_are_those_that_were_copied(host: Host) -> None:
    folder = host.release("a", static_folder="/srv/static")
    host.layout.current.symlink_to("a")
    host.layout.static.mkdir(parents=True)
    for name in ("a.css", "b.css"):
        (host.layout.static / name).write_text("as copied")
    states = {name: manifest.state(host.layout.static / name) for name in ("a.css", "b.css")}
    (folder / "static.json").write_text(json.dumps(states))
    assert list(static.differences(host)) == []
    (host.layout.static / "a.css").write_text("edited")
    (host.layout.static / "b.css").unlink()
    assert [one.text for one in static.differences(host)] == [
        "has other content than the deploy put",
        "is missing",
    ]


def test_a_renewal_that_would_not_be_installed_is_named_and_noted_again(host: Host) -> None:
    file = renewal.file(host)
    file.parent.mkdir(parents=True)
    head = "version = 5\n[renewalparams]\nserver = https://ca\n"
    hook = f"{host.layout.command} certificate-install"
    file.write_text(f"{head}authenticator = webroot\nrenew_hook = {hook}\n")
    assert list(renewal.differences(host)) == []
    file.write_text(f"{head}authenticator = manual\n[acme_renewal_info]\n")
    assert len(list(renewal.differences(host))) == 2
    disk.note(file, renewal.wrong(host))
    assert list(renewal.differences(host)) == []
    assert file.read_text().endswith("server = https://ca\n[acme_renewal_info]\n")
