"""The manifest of a host: all that a deploy puts there, for the programs that look at it."""

import json
import re

from infra import base, certificate, programs, secrets, timers, trust
from infra.hostfile import HostFile, text
from infra.onhost import layout
from infra.onhost.layout import LAYOUT
from infra.onhost.manifest import Manifest
from infra.settings import Settings

LOCKED = re.compile(r"^([\w.-]+)==([\w.!+-]+) \\$", re.MULTILINE)  # without a condition after it
OTHERS = ["docker.service"]  # units of others that must run


def files(settings: Settings) -> list[HostFile]:
    """All files and directories whose content the settings decide."""
    _, code = programs.programs()
    _, alerts = programs.alert_programs()
    return [
        *trust.certificates(settings),
        *programs.directories(),
        *programs.volumes(settings),
        *code,
        *alerts,
        *programs.own_files(settings),
        *secrets.given(settings),
        *certificate.own_files(settings),
        *base.files(settings),
    ]


def manifest(settings: Settings) -> Manifest:
    """What must stand on the host, besides its releases, which have manifests of their own."""
    version, _ = programs.programs()
    alerts, _ = programs.alert_programs()
    venv = str(certificate.venv())
    return Manifest(
        files={file.path: file.state() for file in files(settings)},
        links={
            str(LAYOUT.current_programs): str(version),
            str(LAYOUT.current_alert_programs): str(alerts),
            str(LAYOUT.certbot): venv,
        },
        enabled=[layout.BASE_UNIT, *timers.TIMERS, *OTHERS],
        packages={venv: dict(LOCKED.findall(certificate.LOCK.read_text()))},
    )


def file(settings: Settings) -> HostFile:
    """The manifest as a file: root's alone, it holds digests of secrets."""
    content = json.dumps(manifest(settings).__dict__, indent=1) + "\n"
    return text(LAYOUT.manifest, content, "600")
