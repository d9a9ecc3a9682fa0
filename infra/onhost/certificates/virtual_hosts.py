"""nginx' servers of HTTPS: which name is served with which certificate.

A name that is on its way in, like the domain of a host that had only an address, does not put the
old one out: both are served until the new one has its certificate.
"""

from datetime import UTC, datetime
from pathlib import Path

from .. import layout
from ..command import Failure, replace
from ..config import HostConfig, is_address
from ..services import nginx, openssl
from . import store


def _as_loaded() -> Path:
    """The file as nginx read it last."""
    return layout.APPLIED / "servers.conf"


def text(config: HostConfig) -> str:
    """The file for what is installed now."""
    placeholder = store.about(config.domain).source == store.PLACEHOLDER
    trusted = not placeholder and openssl.trusted(store.chain(config.domain).read_text())
    hsts = config.hsts if trusted and not is_address(config.domain) else ""
    parts = [
        "# Made by slipway: which name is served with which certificate.\n"
        f'map "" $hsts {{\n    default "{hsts}";\n}}\n',
        _server(config, config.domain, config.domain, f"include {layout.NGINX_SITE};"),
    ]
    kept = leaving(config)
    parts.insert(1, _https_names(config, kept))
    aliases = [name for name in config.aliases if name not in kept]
    if aliases:
        port = "" if config.https_port == 443 else f":{config.https_port}"
        redirect = f"return 301 https://{config.domain}{port}$request_uri;"
        parts.append(_server(config, config.domain, " ".join(aliases),
                             f"include {layout.NGINX_HEADERS};\n    {redirect}"))  # fmt: skip
    parts += [_server(config, name, name, f"include {layout.NGINX_SITE};")
              for name in kept]  # fmt: skip
    return "\n".join(parts)


def _https_names(config: HostConfig, kept: list[str]) -> str:
    """Where HTTP leads: to HTTPS by the same name, so that browsers learn of HSTS for each."""
    lines = [f"    {name} {name};\n" for name in sorted({*config.aliases, *kept})]
    return f"map $host $https_name {{\n    default {config.domain};\n{''.join(lines)}}}\n"


def _server(config: HostConfig, certificate: str, names: str, content: str) -> str:
    # A client that asks for an address names no server in the handshake: it gets the default one.
    default = " default_server" if is_address(names) else ""
    kinds = ["ssl", "quic"] if config.http3 else ["ssl"]
    listen = "".join(f"    listen {family}{config.https_port} {kind}{default};\n"
                     for kind in kinds for family in ("", "[::]:"))  # fmt: skip
    return (
        f"server {{\n{listen}"
        f"    server_name {names};\n"
        f"    ssl_certificate {store.chain(certificate)};\n"
        f"    ssl_certificate_key {store.key(certificate)};\n"
        f"    {content}\n}}\n"
    )


def leaving(config: HostConfig) -> list[str]:
    """Domains of earlier settings that are served until this one has its certificate.

    One of them may be an alias by now. Of two addresses only one can be the default server.
    """
    if store.about(config.domain).source != store.PLACEHOLDER:
        return []
    others = [name for name in store.names() if name != config.domain and _good(name)]
    return [name for name in others if not (is_address(name) and is_address(config.domain))]


def fitting(config: HostConfig) -> str:
    """A name of earlier settings whose certificate covers all of today's; empty if there is none.

    Like that of the domain that an alias of it takes the place of.
    """
    for name in filter(_good, store.names()):
        if all(map(openssl.read(store.chain(name)).covers, config.names)):
            return name
    return ""


def _good(name: str) -> bool:
    try:
        ends = openssl.read(store.chain(name)).ends
    except Failure:
        return False
    return store.about(name).source != store.PLACEHOLDER and ends > datetime.now(UTC)


def loaded(config: HostConfig) -> bool:
    """Whether nginx has read the file for what is installed now."""
    if not store.chain(config.domain).exists():
        return False
    wanted = text(config)
    return all(
        path.exists() and path.read_text() == wanted for path in (layout.TLS_SERVERS, _as_loaded())
    )


def load(config: HostConfig) -> None:
    """Writes the file and has nginx read it, and the certificates with it.

    Raises Failure, with nginx' own words, when it refuses: then the file is as it was before.
    """
    before = layout.TLS_SERVERS.read_bytes() if layout.TLS_SERVERS.exists() else b""
    wanted = text(config).encode()
    if wanted != before:
        replace(layout.TLS_SERVERS, wanted)
    try:
        if nginx.runs():
            nginx.reload()
    except Failure:
        if before and wanted != before:
            replace(layout.TLS_SERVERS, before)
        raise
    replace(_as_loaded(), wanted)
