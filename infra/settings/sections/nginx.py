"""`nginx`: the web server in front."""

from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from infra.settings.fields.network import Network
from infra.settings.fields.numbers import Integer, Memory, Port, Size
from infra.settings.fields.remote_paths import UrlPrefix
from infra.settings.fields.section import FieldError, Section


class Nginx(Section):
    """nginx, the web server in front of the application. It uses the host's network.

    A public CA sends its challenge to port 80. Change `http_port` only if a load balancer or router
    forwards port 80 to it, or if the certificate does not come from a public CA.

    nginx has a bound for all that it holds, so that no client can use up the host. What is over a
    bound is answered with 503 and `Retry-After` at once. A client is an IPv4 address or the /64
    network of an IPv6 address. Behind a balancer, set `trusted_proxies`: else all clients have the
    balancer's address, and share the bounds of one.
    """

    example: ClassVar[str] = """
"nginx": {
    "body_size": "50m",  # uploads of photos
    "private_paths": ["/metrics", "/internal"],
    "trusted_proxies": ["10.0.0.0/24"],  # the balancer, which ends TLS
},
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
    memory: Memory = "256m"
    """Memory limit of the container. nginx takes as many connections as fit into it."""
    spool: Size | None = None
    """Disk for what waits in nginx: bodies on their way in, and answers that clients take slowly.
    A fourth of it is for bodies. The default is `8g`, or eight bodies of `body_size`. While nginx
    has up to 24 requests, an answer may take 2.6 % of it (213 MB): the application is done with
    it at once. A longer one, or one of many, holds the application up if its client is slow."""
    requests: Annotated[Integer, Field(ge=16, le=16384)] = 256
    """Requests to the application at the same time, with those whose clients are slow."""
    client_requests: Annotated[Integer, Field(ge=1, le=16384)] = 100
    """Requests of one client to the application at the same time."""
    client_rate: Annotated[Integer, Field(ge=1, le=100_000)] = 100
    """Requests of one client to the application in a second. Twice as many may come at once."""
    trusted_proxies: tuple[Network, ...] = ()
    """Addresses and networks of balancers or a CDN in front of the host. nginx takes the address of
    the client from their `X-Forwarded-For`, and from their `X-Forwarded-Proto` whether the client
    used HTTPS. From all others it ignores these headers."""
    proxy_protocol: bool = False
    """Whether `trusted_proxies` begin each connection with the PROXY protocol, on both ports. Then
    nobody can connect without it, except the host itself at 127.0.0.1. If the names do not lead to
    the host's own address, set `certificate.check_names` to `False`."""

    @model_validator(mode="after")
    def _ports_differ(self) -> Self:
        if self.http_port == self.https_port:
            raise FieldError("https_port", "must differ from nginx.http_port")
        return self

    @model_validator(mode="after")
    def _proxies_are_named(self) -> Self:
        if self.proxy_protocol and not self.trusted_proxies:
            raise FieldError("trusted_proxies", "is missing: nginx.proxy_protocol needs it")
        return self
