"""nginx' virtual hosts of HTTPS: which name is served with which certificate.

A new domain does not end the old one at once: both are served until the new one has its
certificate.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from .. import layout
from ..command import Failure, replace
from ..config import Host, is_address
from ..services import nginx, openssl
from . import store


@dataclass(frozen=True)
class VirtualHosts:
    """Which names are served, and with which terms."""

    hsts: str
    """What browsers are told; empty for nothing."""
    redirected: list[str]
    """Aliases, which lead to the domain."""
    previous: list[str]
    """Domains of earlier settings, which are served until today's has its certificate."""


def current(host: Host) -> VirtualHosts:
    """What the certificates on this host call for."""
    domain = host.config.domain
    placeholder = store.record(host, domain).source == store.PLACEHOLDER
    trusted = not placeholder and openssl.trusted(host, store.chain(host, domain).read_text())
    previous = previous_domains(host)
    return VirtualHosts(
        hsts=host.config.hsts if trusted and not is_address(domain) else "",
        redirected=[name for name in host.config.aliases if name not in previous],
        previous=previous,
    )


def render(host: Host, wanted: VirtualHosts) -> str:
    """The text of nginx' file."""
    config = host.config
    site = f"include {host.layout.nginx_site.name};"  # beside nginx' configuration
    parts = [
        "# Made by slipway: which name is served with which certificate.\n"
        f'map "" $hsts {{\n    default "{wanted.hsts}";\n}}\n',
        _https_names(host, wanted.previous),
        _server(host, config.domain, config.domain, site),
    ]
    if wanted.redirected:
        port = "" if config.https_port == 443 else f":{config.https_port}"
        redirect = f"return 301 https://{config.domain}{port}$request_uri;"
        content = f"include {host.layout.nginx_headers};\n    {redirect}"
        parts.append(_server(host, config.domain, " ".join(wanted.redirected), content))
    parts += [_server(host, name, name, site) for name in wanted.previous]
    return "\n".join(parts)


def _https_names(host: Host, kept: list[str]) -> str:
    """Where HTTP leads: to HTTPS by the same name, so that browsers learn of HSTS for each."""
    lines = [f"    {name} {name};\n" for name in sorted({*host.config.aliases, *kept})]
    return f"map $host $https_name {{\n    default {host.config.domain};\n{''.join(lines)}}}\n"


def _server(host: Host, certificate: str, names: str, content: str) -> str:
    # A client that asks for an address names no server in the handshake: it gets the default one.
    default = " default_server" if is_address(names) else ""
    proxied = " proxy_protocol" if host.config.proxy_protocol else ""
    kinds = [f"ssl{proxied}", "quic"] if host.config.http3 else [f"ssl{proxied}"]
    listen = "".join(f"    listen {host.config.https_port} {kind}{default};\n" for kind in kinds)
    if proxied:  # the host itself asks without it
        listen += f"    listen 127.0.0.1:{host.config.https_port} ssl{default};\n"
    ipv6 = layout.IPV6_LISTEN.format(name="default" if default else "https")
    return (
        f"server {{\n{listen}    include {ipv6};\n"
        f"    server_name {names};\n"
        f"    ssl_certificate {store.chain(host, certificate)};\n"
        f"    ssl_certificate_key {store.key(host, certificate)};\n"
        f"    {content}\n}}\n"
    )


def previous_domains(host: Host) -> list[str]:
    """Domains of earlier settings that are served until this one has its certificate.

    One of them may be an alias by now. Of two addresses only one can be the default server.
    """
    if store.record(host, host.config.domain).source != store.PLACEHOLDER:
        return []
    domain = host.config.domain
    others = [name for name in store.names(host) if name != domain and _good(host, name)]
    return [name for name in others if not (is_address(name) and is_address(domain))]


def covering_name(host: Host) -> str:
    """A name of earlier settings whose certificate covers all of today's; empty if there is none.

    Like that of the domain that an alias of it takes the place of.
    """
    for name in store.names(host):
        if _good(host, name):
            certificate = openssl.read(store.chain(host, name))
            if all(map(certificate.covers, host.config.names)):
                return name
    return ""


def _good(host: Host, name: str) -> bool:
    try:
        ends = openssl.read(store.chain(host, name)).ends
    except Failure:
        return False
    return store.record(host, name).source != store.PLACEHOLDER and ends > datetime.now(UTC)


def loaded(host: Host) -> bool:
    """Whether nginx has read the file for what is installed now."""
    if not store.chain(host, host.config.domain).exists():
        return False
    wanted = render(host, current(host))
    files = (host.layout.virtual_hosts, host.layout.loaded_virtual_hosts)
    return all(file.exists() and file.read_text() == wanted for file in files)


def load(host: Host) -> None:
    """Writes the file and has nginx read it, and the certificates with it.

    Raises Failure, with nginx' own words, when it refuses: then the file is as it was before.
    """
    file = host.layout.virtual_hosts
    before = file.read_bytes() if file.exists() else b""
    wanted = render(host, current(host)).encode()
    if wanted != before:
        replace(file, wanted)
    try:
        if nginx.runs():
            nginx.reload(host)
    except Failure:
        if nginx.runs():  # else it has ended meanwhile, and reads the file when it starts
            if before and wanted != before:
                replace(file, before)
            raise
    replace(host.layout.loaded_virtual_hosts, wanted)
