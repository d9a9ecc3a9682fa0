"""`tls`: how HTTPS is spoken."""

from typing import ClassVar, Literal

from infra.settings.fields.section import Section


class Tls(Section):
    """How HTTPS is spoken.

    HSTS tells browsers to use only HTTPS for the next two years. It is sent only while the host
    itself trusts the certificate, so a placeholder certificate locks nobody out.
    """

    example: ClassVar[str] = """
"tls": {"profile": "modern", "hsts": "off"},  # off: other services of this name use plain HTTP
"""

    profile: Literal["intermediate", "modern"] = "intermediate"
    """Mozilla's configuration: `intermediate` is TLS 1.2 and 1.3, `modern` is only TLS 1.3."""
    http3: bool = True
    """Whether HTTP/3 is offered, on the UDP port with the number of `nginx.https_port`."""
    hsts: Literal["on", "off", "preload"] = "on"
    """Whether HSTS is sent. `preload` includes all subdomains and asks browsers to build the name
    into their lists, which is very hard to undo."""
