"""`tls`: how HTTPS is spoken."""

from typing import ClassVar, Literal

from infra.settings.fields.section import Section


class Tls(Section):
    """TLS versions, HTTP/3 and HSTS.

    HSTS is a header that tells browsers to use only HTTPS for two years. nginx sends it only while
    the host trusts the certificate. Otherwise visitors could not open a site with a placeholder
    certificate.
    """

    example: ClassVar[str] = """
"tls": {"profile": "modern", "hsts": "off"},  # another service on this name has only HTTP
"""

    profile: Literal["intermediate", "modern"] = "intermediate"
    """Mozilla's configuration: `intermediate` allows TLS 1.2 and 1.3, `modern` only TLS 1.3."""
    http3: bool = True
    """Whether nginx offers HTTP/3. It uses UDP, on the port with the number `nginx.https_port`."""
    hsts: Literal["on", "off", "preload"] = "on"
    """Whether nginx sends HSTS. `on` is for the site's own names. `preload` includes all
    subdomains, and allows browsers to put the domain into a built-in list. To undo this takes
    months."""
