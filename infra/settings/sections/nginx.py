"""`nginx`: the web server in front."""

from typing import ClassVar, Self

from pydantic import model_validator

from infra.settings.fields.section import FieldError, Section
from infra.settings.fields.types import Port, Size, UrlPrefix


class Nginx(Section):
    """The web server in front, on the host's network.

    A public CA asks for its challenge on port 80. Change `http_port` only when something in front
    of the host passes port 80 on, or when the certificate does not come from a public CA.
    """

    example: ClassVar[str] = """
"nginx": {"body_size": "50m", "private_paths": ["/metrics", "/internal"]},  # uploads of photos
"""

    http_port: Port = 80
    """Port of HTTP."""
    https_port: Port = 443
    """Port of HTTPS."""
    body_size: Size = "10m"
    """Largest body of a request. A larger one is answered with 413."""
    private_paths: tuple[UrlPrefix, ...] = ("/metrics",)
    """Paths that are answered with 404 for everybody, and everything below them. On the host,
    `sudo slipway get /metrics` asks the application itself."""
    memory: Size = "128m"
    """Memory limit of the container."""

    @model_validator(mode="after")
    def _ports_differ(self) -> Self:
        if self.http_port == self.https_port:
            raise FieldError("https_port", "must differ from nginx.http_port")
        return self
