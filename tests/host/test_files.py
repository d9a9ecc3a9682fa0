"""Who may read what, and where no secret stands."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from testinfra.host import Host

from infra.certificate import own_files
from infra.compose import variables
from infra.onhost import layout
from infra.onhost.certificates import source, store
from infra.onhost.credentials import environment
from infra.onhost.layout import LAYOUT
from infra.programs import directories, programs
from infra.settings import Settings


@pytest.mark.parametrize("wanted", directories(), ids=lambda wanted: wanted.path)
def test_a_directory_has_its_owner_and_mode(host: Host, wanted: Any) -> None:
    found = host.file(wanted.path)
    assert found.is_directory
    assert (found.uid, found.gid) == (wanted.user, wanted.group)
    assert found.mode == int(wanted.mode, 8)


@pytest.mark.parametrize("folder", [LAYOUT.home, LAYOUT.config, LAYOUT.state, LAYOUT.letsencrypt])
def test_a_disk_can_be_written_and_has_room(host: Host, folder: Path) -> None:
    if not host.file(str(folder)).exists:
        pytest.skip("its certificate is not certbot's")
    options = host.check_output("findmnt --noheadings --output OPTIONS --target %s", str(folder))
    assert "ro" not in options.split(","), f"{folder} is read-only"
    free = host.check_output("df --output=avail --block-size=1 %s | tail -n 1", str(folder))
    assert int(free) > 0, f"the disk of {folder} is full"


def test_the_programs_are_those_of_the_checkout_and_no_others(host: Host) -> None:
    version, files = programs()
    assert host.file(str(LAYOUT.current_programs)).linked_to == str(version)
    found = host.check_output(f"find {version} -type f -not -name '*.pyc'")
    assert set(found.split()) == {file.path for file in files}
    states = host.check_output(f"cd / && sha256sum {' '.join(file.path for file in files)}")
    wanted = {file.path: hashlib.sha256(file.content or b"").hexdigest() for file in files}
    assert {line.split()[1]: line.split()[0] for line in states.splitlines()} == wanted


def test_secrets_are_roots_alone_and_not_empty(host: Host, settings: Settings) -> None:
    assert host.file(str(LAYOUT.secrets)).mode == 0o700
    for name in settings.secret_names:
        secret = host.file(str(LAYOUT.secrets / name))
        assert (secret.uid, secret.mode) == (0, 0o440), name
        assert secret.size > 0, name


def test_the_login_user_cannot_read_a_secret(host: Host) -> None:
    for path in (LAYOUT.secrets, LAYOUT.releases, LAYOUT.letsencrypt / "archive", LAYOUT.tls,
                 LAYOUT.given_certificate):  # fmt: skip
        assert host.run("setpriv --reuid 65534 --clear-groups ls %s", str(path)).rc != 0, path


def test_no_secret_stands_in_an_environment_a_command_line_or_a_log(
    host: Host, settings: Settings, containers: dict[str, dict[str, Any]]
) -> None:
    # The search runs on the host, which prints a name where it finds something, and no value. It
    # looks for a secret's longest line: short ones, as of a key's file, may stand anywhere.
    longest = "awk 'length > length(m) { m = $0 } END { if (length(m) >= 8) print m }'"
    places = {
        "a container's configuration": f"docker inspect {' '.join(containers)}",
        "a command line": "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' | grep -v grep",
        "an environment": "cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n'",
        "the journal": "journalctl --quiet --boot",
        "a world-readable file": f"cat {LAYOUT.base}/compose.yaml {LAYOUT.host_config}",
    }
    told = variables.templates(settings).values()
    chosen = {name for template in told for name in environment.names(template)}
    for name in settings.secret_names:
        for place, command in places.items():
            # The settings give it as a variable, or the source reads no file of Redis' password.
            if name in chosen and place in {"a container's configuration", "an environment"}:
                continue
            found = host.run(
                f"{longest} {LAYOUT.secrets / name} | {{ exec 3<&0 </dev/null;"
                f" ({command}) | grep -q -a -F -f /dev/fd/3; }}"
            )
            assert found.rc == 1, f"the secret {name} stands in {place}"


def test_the_private_key_is_nginx_own(host: Host, settings: Settings) -> None:
    key = host.file(str(LAYOUT.tls / settings.domain / store.KEY))
    assert (key.uid, key.gid, key.mode) == (0, layout.NGINX_UID, 0o640)
    if settings.certificate.source == source.ACME:
        assert host.file(str(LAYOUT.letsencrypt / "accounts")).mode == 0o700


def test_what_alerts_and_the_operator_s_certificate_need_is_root_s_alone(
    host: Host, settings: Settings
) -> None:
    for wanted in own_files(settings):
        found = host.file(wanted.path)
        assert (found.uid, found.gid, found.mode) == (0, 0, 0o600), wanted.path


def test_nginx_sees_neither_secrets_nor_account_keys(
    containers: dict[str, dict[str, Any]],
) -> None:
    mounts = json.dumps(containers[f"{layout.BASE_PROJECT}-nginx-1"]["Mounts"])
    assert str(LAYOUT.secrets) not in mounts
    assert str(LAYOUT.letsencrypt) not in mounts
