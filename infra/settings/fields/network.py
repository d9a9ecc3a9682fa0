"""Names of sites and hosts, addresses, networks, and URLs."""

import ipaddress
import re
from typing import Annotated

from pydantic import AfterValidator, HttpUrl

from infra.onhost.config import is_address
from infra.settings.fields.meaning import Meaning, Pattern

LONGEST_DOMAIN = 230  # Let's Encrypt takes no longer one, and file names must hold it
SMALLEST_POOL = 26  # bits; a quarter of it is for a release
LABEL = r"(?!-)[a-z0-9-]{1,63}(?<!-)"


def _domain(value: str) -> str:
    if not re.fullmatch(rf"({LABEL}\.)+{LABEL}", value) or len(value) > 253:
        raise ValueError("must be a full domain name in lower case, like app.example.org")
    if len(value) > LONGEST_DOMAIN:
        raise ValueError(f"must have {LONGEST_DOMAIN} characters or fewer, has {len(value)}")
    if value.rsplit(".", 1)[-1].isdigit():
        raise ValueError("must be a domain name: this one ends in a number")
    return value


def _site_name(value: str) -> str:
    if not is_address(value):
        return _domain(value)
    try:
        return str(ipaddress.IPv4Address(value))
    except ValueError:
        raise ValueError("must be a domain name or an IPv4 address") from None


def _pool(value: str) -> str:
    try:
        network = ipaddress.IPv4Network(value)
    except ValueError:
        network = None
    if network is None or network.prefixlen > SMALLEST_POOL:
        raise ValueError(
            f"must be an IPv4 network like 10.99.0.0/20, of /{SMALLEST_POOL} or larger"
        )
    return str(network)


def _proxy(value: HttpUrl) -> HttpUrl:
    if value.username or value.password:
        raise ValueError("must be without user and password: every build would show them")
    if value.host in {"localhost", "127.0.0.1", "[::1]"}:
        raise ValueError("must be an address that containers reach: builds run in them")
    return value


def _network(value: str) -> str:
    try:
        return str(ipaddress.ip_network(value))
    except ValueError:
        raise ValueError(
            "must be an IP address, or a network like 10.0.0.0/8 without bits of a host"
        ) from None


def _https(value: HttpUrl) -> HttpUrl:
    if value.scheme != "https":
        raise ValueError("must begin with https://")
    return value


Domain = Annotated[
    str,
    AfterValidator(_domain),
    Meaning("a full domain name in lower case, like `app.example.org`"),
]
SiteName = Annotated[
    str, AfterValidator(_site_name), Meaning("a full domain name in lower case, or an IPv4 address")
]
Network = Annotated[
    str,
    AfterValidator(_network),
    Meaning("an IP address, or a network like `10.0.0.0/8`"),
]
HttpsUrl = Annotated[HttpUrl, AfterValidator(_https), Meaning("a URL that begins with `https://`")]
ProxyUrl = Annotated[
    HttpUrl,
    AfterValidator(_proxy),
    Meaning("a URL like `http://proxy.example.org:3128`, without user and password"),
]
HostPattern = Annotated[
    str, Pattern("a name, a domain like `.example.org`, or a network", r"[A-Za-z0-9.:/*_-]+")
]
AddressPool = Annotated[
    str,
    AfterValidator(_pool),
    Meaning(f"an IPv4 network like `10.99.0.0/20`, of /{SMALLEST_POOL} or larger"),
]
MailServer = Annotated[str, Pattern("a domain name or an address", r"[A-Za-z0-9.-]+")]
