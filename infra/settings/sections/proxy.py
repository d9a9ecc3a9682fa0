"""`proxy`: the way out of a host that cannot reach the Internet itself."""

from typing import ClassVar

from infra.settings.fields.network import HostPattern, ProxyUrl
from infra.settings.fields.section import Section


class Proxy(Section):
    """The way out of a host that cannot reach the Internet itself.

    Everything that the host fetches goes through it: Debian's and Python's packages, images, what
    an image's build fetches, and the CA's answers. The containers of a release are not told of it.
    """

    example: ClassVar[str] = """
"proxy": {
    "http": "http://proxy.example.org:3128",
    "https": "http://proxy.example.org:3128",
    "except_for": ["mirror.example.org", "10.0.0.0/8"],
},
"""

    http: ProxyUrl | None = None
    """Proxy for `http://` addresses."""
    https: ProxyUrl | None = None
    """Proxy for `https://` addresses."""
    except_for: tuple[HostPattern, ...] = ()
    """Names, domains and networks that the host reaches without the proxy. The host itself is
    always one of them."""

    @property
    def variables(self) -> dict[str, str]:
        """The environment variables that programs read; none without a proxy."""
        found = {"http_proxy": self.http, "https_proxy": self.https}
        given = {name: str(url) for name, url in found.items() if url}
        return given | {"no_proxy": self.no_proxy} if given else {}

    @property
    def no_proxy(self) -> str:
        """What is reached without the proxy, as programs read it."""
        return ",".join(("localhost", "127.0.0.1", "::1", *self.except_for))
