"""`nginx`: the web server in front."""

from typing import ClassVar, Self

from pydantic import model_validator

from infra.settings.fields.section import FieldError, Section
from infra.settings.fields.types import Memory, Port, Size, UrlPrefix


class Nginx(Section):
    """nginx, the web server in front of the application. It uses the host's network.

    A public CA sends its challenge to port 80. Change `http_port` only if a load balancer or router
    forwards port 80 to it, or if the certificate does not come from a public CA.
    """

    example: ClassVar[str] = """
"nginx": {"body_size": "50m", "private_paths": ["/metrics", "/internal"]},  # uploads of photos
"""

    http_port: Port = 80
    """Port for HTTP."""
    https_port: Port = 443
    """Port for HTTPS, and for HTTP/3 over UDP."""
    body_size: Size = "10m"
    """Largest body of a request, for example of an upload. A larger one gets the status 413."""
    private_paths: tuple[UrlPrefix, ...] = ("/metrics",)
    """Paths that visitors cannot see: nginx answers 404 for them and for all paths below them. On
    the host, `sudo slipway get /metrics` shows the application's answer."""
    memory: Memory = "128m"
    """Memory limit of the container."""

    @model_validator(mode="after")
    def _ports_differ(self) -> Self:
        if self.http_port == self.https_port:
            raise FieldError("https_port", "must differ from nginx.http_port")
        return self
