"""Slipway's own programs, units and directories on the host."""

from dataclasses import replace
from pathlib import Path

from pyinfra.api import deploy

from infra.checkout import CHECKOUT
from infra.hostfile import HostFile, digest, directory, folder, template, text
from infra.onhost import layout
from infra.onhost.config import CertificateConfig, HostConfig, is_address
from infra.onhost.layout import LAYOUT
from infra.operations import machine, whole_files, whole_tree
from infra.settings import Settings

COMMAND = f"""#!/bin/sh
# Slipway on this host; `slipway --help` lists what it does.
# The link is followed once: a deploy may move it meanwhile. -P: nothing from this directory.
PYTHONPATH=$(readlink --canonicalize-existing {LAYOUT.current_programs}) || exit
export PYTHONPATH
exec python3 -P -m onhost "$@"
"""
SYSCTL = """# Of Slipway.
# nginx has no privilege, and ports 80 and 443 all the same.
net.ipv4.ip_unprivileged_port_start = 80
net.core.somaxconn = 4096
# A connection that waits for an nginx that ends goes to the one that listens beside it.
net.ipv4.tcp_migrate_req = 1
# What waits for a slow client waits in nginx' spool, and not in the kernel's memory.
net.ipv4.tcp_notsent_lowat = 131072
# Redis forks to rewrite its file; where the kernel is shared this cannot be set, and need not.
-vm.overcommit_memory = 1
"""
HSTS = {
    "on": "max-age=63072000",
    "preload": "max-age=63072000; includeSubDomains; preload",
    "off": "",
}
ADDRESS_PROFILE = "shortlived"  # Let's Encrypt has no other for addresses
UNITS = [
    "slipway-alert@.service",
    "slipway-alert-spare@.service",
    "slipway-base.service",
    "slipway@.service",
    "slipway-timer@.service",
    "slipway-certificate.service",
    "slipway-certificate.timer",
    "slipway-inspection.service",
    "slipway-inspection.timer",
    "slipway-check.service",
    "slipway-check.timer",
    "slipway-site.service",
    "slipway-site.timer",
    "slipway-watchdog.service",
    "slipway-watchdog.timer",
    "slipway-guard.service",
    "slipway-guard.timer",
]


def host_config(settings: Settings) -> HostConfig:
    """What the programs on the host need of the settings."""
    return HostConfig(
        domain=settings.domain,
        aliases=list(settings.aliases),
        certificate=certificate_config(settings),
        http_port=settings.nginx.http_port,
        https_port=settings.nginx.https_port,
        http3=settings.tls.http3,
        hsts=HSTS[settings.tls.hsts],
        secrets=settings.secret_names,
        made_secrets=settings.made_secrets,
        keep_releases=settings.keep_releases,
        proxies=settings.proxy.variables,
        proxy_protocol=settings.nginx.proxy_protocol,
        redis=settings.redis.enabled,
    )


def certificate_config(settings: Settings) -> CertificateConfig:
    """Where the certificate comes from, for the programs on the host."""
    wanted = settings.certificate
    return CertificateConfig(
        source=wanted.source,
        acme_directory=str(wanted.acme_directory),
        email=settings.email,
        key_type=wanted.key_type,
        profile=wanted.profile or (ADDRESS_PROFILE if is_address(settings.domain) else ""),
        external_account=wanted.external_account is not None,
        check_names=wanted.check_names,
        weekly_limit=wanted.weekly_limit,
    )


def directories() -> list[HostFile]:
    """Slipway's directories; those of sockets give their group to what is made in them."""
    return [
        directory(LAYOUT.home),
        directory(LAYOUT.programs),
        directory(LAYOUT.images),
        directory(LAYOUT.alert_programs),
        directory(LAYOUT.releases, "700"),
        directory(LAYOUT.config),
        directory(LAYOUT.secrets, "700"),
        directory(LAYOUT.given_certificate, "700"),
        directory(LAYOUT.redis_users.parent, "750", group=layout.REDIS_UID),
        directory(LAYOUT.state),
        directory(LAYOUT.applied),
        directory(LAYOUT.webroot),
        directory(LAYOUT.static),
        directory(LAYOUT.spool, "700", layout.NGINX_UID, layout.NGINX_UID),
        directory(LAYOUT.volumes),
        directory(LAYOUT.tls, "750", group=layout.NGINX_UID),
        directory(LAYOUT.web),
        directory(LAYOUT.maintenance),
        directory(LAYOUT.redis_sockets, "2770", layout.REDIS_UID, layout.REDIS_SOCKET_GID),
    ]


def volumes(settings: Settings) -> list[HostFile]:
    """The application's own directories, which outlive its releases."""
    names = sorted(settings.app.volumes)
    return [
        directory(LAYOUT.volumes / name, "700", layout.APP_UID, layout.APP_UID) for name in names
    ]


def programs() -> tuple[Path, list[HostFile]]:
    """What runs on the host: a directory named by the digest of its files, and the files."""
    source = CHECKOUT / "infra" / "onhost"
    version = LAYOUT.programs / digest(folder(source, ""))
    return version, folder(source, str(version / "onhost"))


def alert_programs() -> tuple[Path, list[HostFile]]:
    """What sends alerts: a copy of its own of the folder, and of the modules that it imports."""
    source = CHECKOUT / "infra" / "onhost"
    alone = {"__init__.py", "layout.py", "plain.py"}
    found = [f for f in folder(source, "") if f.path in alone or f.path.startswith("alerts/")]
    version = LAYOUT.alert_programs / digest(found)
    placed = [replace(file, path=str(version / "onhost" / file.path)) for file in found]
    return version, placed


def unit_file(name: str, settings: Settings) -> HostFile:
    """A unit, from the template of its name in systemd/."""
    return template(LAYOUT.units / name, f"systemd/{name}.j2", settings=settings)


def own_files(settings: Settings) -> list[HostFile]:
    """The command, the units, and what the programs on the host know of the settings."""
    return [
        text(LAYOUT.command, COMMAND, "755"),
        text(LAYOUT.sysctl, SYSCTL),
        text(LAYOUT.host_config, host_config(settings).to_json()),
        *(unit_file(name, settings) for name in UNITS),
    ]


@deploy("Programs")
def install(settings: Settings) -> None:
    """The programs stand on the host, and systemd knows the units; nothing is started yet."""
    version, code = programs()
    whole_files.replace(name="Make Slipway's directories", files=directories() + volumes(settings))
    whole_tree.install(
        name="Copy Slipway's programs",
        files=code,
        version=version,
        link=LAYOUT.current_programs,
    )
    version, code = alert_programs()
    whole_tree.install(
        name="Copy the programs of alerts",
        files=code,
        version=version,
        link=LAYOUT.current_alert_programs,
    )
    whole_files.replace(
        name="Copy Slipway's command, units and configuration", files=own_files(settings)
    )
    known = [name for name in UNITS if "@" not in name]
    machine.start_units(name="Reload the units in systemd", names=known, start=[])
