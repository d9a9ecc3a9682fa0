"""The types of settings. Each says in words what a value must be: refusals and docs use them."""

import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, GetCoreSchemaHandler, HttpUrl
from pydantic_core import CoreSchema, core_schema

from infra.onhost.config import is_address
from infra.settings.fields.paths import local_file, local_folder, secret_file

LONGEST_DOMAIN = 230  # Let's Encrypt takes no longer one, and file names must hold it
LEAST_MEMORY = 6  # megabytes: Docker gives no container less
SMALLEST_POOL = 26  # bits; a quarter of it is for a release
LABEL = r"(?!-)[a-z0-9-]{1,63}(?<!-)"


@dataclass(frozen=True)
class Meaning:
    """What a value must be, as the reference says it."""

    words: str


@dataclass(frozen=True)
class Pattern(Meaning):
    """Text that the regular expression matches as a whole; a refusal says its meaning."""

    pattern: str

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def check(self, value: str) -> str:
        """The value. Raises ValueError when it does not match."""
        if not re.fullmatch(self.pattern, value):
            raise ValueError(f"must be {self.words.replace('`', '')}")
        return value


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


def _integer(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("must be a whole number")  # noqa: TRY004  pydantic reports ValueError only
    return value


def _memory(value: str) -> str:
    if megabytes(value) < LEAST_MEMORY:
        raise ValueError(f"must be {LEAST_MEMORY}m or more: Docker gives no container less")
    return value


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

LocalFile = Annotated[
    Path, AfterValidator(local_file), Meaning("the path of a local file that is not empty")
]
SecretFile = Annotated[
    Path, AfterValidator(secret_file), Meaning("the path of a local file that is not empty")
]
LocalFolder = Annotated[Path, AfterValidator(local_folder), Meaning("the path of a local folder")]

Integer = Annotated[int, BeforeValidator(_integer), Meaning("a whole number")]
Port = Annotated[Integer, Field(ge=80, le=65535)]
Processes = Annotated[Integer, Field(ge=1, le=64)]
Seconds = Annotated[Integer, Field(ge=1, le=86400)]
Size = Annotated[
    str, Pattern("a size in megabytes or gigabytes, like `256m` or `1g`", r"[1-9][0-9]{0,6}[mg]")
]
Memory = Annotated[Size, AfterValidator(_memory)]

Name = Annotated[
    str,
    Pattern(
        "a name of at most 63 characters (`a`-`z`, `0`-`9`, `_`) that begins with a letter",
        r"[a-z][a-z0-9_]{0,62}",
    ),
]
Variable = Annotated[
    str,
    Pattern(
        "a name of `A`-`Z`, `0`-`9` and `_` that does not begin with a digit", r"[A-Z_][A-Z0-9_]*"
    ),
]
Package = Annotated[str, Pattern("the name of a Debian package", r"[a-z0-9][a-z0-9+.-]+")]
ImageName = Annotated[str, Pattern("the name of an image", r"[a-z0-9./:_@-]+")]
CertificateProfile = Annotated[
    str,
    Pattern("a name of `A`-`Z`, `a`-`z`, `0`-`9`, `.`, `_` and `-`", r"[A-Za-z0-9._-]+"),
]
OneLine = Annotated[str, Pattern("one line of text", r"[^\r\n\x00]*")]
Argument = Annotated[str, Pattern("one line of text, not empty", r"[^\r\n\x00]+")]

HostFolder = Annotated[
    str,
    Pattern(
        "an absolute path of letters, digits and `. _ -`, without `..`, like `/srv/docker`",
        r"(/(?!\.\.?(/|$))[A-Za-z0-9_.-]+)+",
    ),
]
UrlPath = Annotated[
    str,
    Pattern("a URL path of letters, digits and `. _ - /`, like `/healthz`", r"/[\w./-]*"),
]
UrlQuery = Annotated[str, Pattern("a URL path without spaces, like `/search?q=x`", r"/\S*")]
UrlPrefix = Annotated[
    str, Pattern("a URL path without a `/` at its end, like `/metrics`", r"(/[\w.-]+)+")
]
UrlFolder = Annotated[
    str,
    Pattern(
        "a URL path that begins and ends with `/`, like `/static/`",
        r"(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)+/",
    ),
]
ContainerPath = Annotated[
    str,
    Pattern(
        "an absolute path of letters, digits and `. _ -`, without `..`, like `/srv/data`",
        r"(/(?!\.\.?(/|$))[A-Za-z0-9_.-]+)+",
    ),
]
VolumePath = Annotated[
    ContainerPath,
    Pattern(
        "an absolute path below `/srv` or `/data`, but not in `/srv/app`, where the code is",
        r"/(srv(?!/app(/|$))|data)/.+",
    ),
]


def megabytes(size: str) -> int:
    """The megabytes of a size like 256m or 1g."""
    return int(size[:-1]) * (1024 if size.endswith("g") else 1)
