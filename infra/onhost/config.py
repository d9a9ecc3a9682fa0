"""What the programs on the host know of the settings: /etc/slipway/host.json, read once."""

import json
from dataclasses import asdict, dataclass, field

from .command import Failure
from .layout import Layout
from .typed import made, read


@dataclass(frozen=True)
class CertificateConfig:
    """Where the certificate comes from, and on which terms."""

    source: str
    """acme, files or self-signed."""
    acme_directory: str
    email: str
    key_type: str
    profile: str
    """A profile of the CA; empty for the CA's own choice."""
    external_account: bool
    """Whether Layout.external_account holds what binds the ACME account to the operator's."""
    check_names: bool
    weekly_limit: int


@dataclass(frozen=True)
class HostConfig:
    """The settings that the programs on the host need."""

    domain: str
    aliases: list[str]
    certificate: CertificateConfig
    http_port: int
    https_port: int
    http3: bool
    hsts: str
    """What browsers are told while the certificate is trusted; empty for nothing."""
    secrets: list[str]
    made_secrets: list[str]
    keep_releases: int
    """How many releases stay on the host, the current one among them."""
    proxies: dict[str, str] = field(default_factory=dict)
    """Variables of the environment that lead what asks the Internet through a proxy."""
    proxy_protocol: bool = False
    """Whether connections begin with the PROXY protocol, but for those from this host."""
    redis: bool = True
    """Whether the application has a Redis."""

    @property
    def names(self) -> list[str]:
        """The names of the site, the primary one first."""
        return [self.domain, *self.aliases]

    def to_json(self) -> str:
        """The text of the file."""
        return json.dumps(asdict(self), indent=2) + "\n"


def is_address(name: str) -> bool:
    """Whether a site's name is an IPv4 address."""
    return name.replace(".", "").isdigit()


@dataclass(frozen=True)
class Host:
    """The host that a program works on: where its files stand, and its settings."""

    layout: Layout
    config: HostConfig


def load(layout: Layout) -> Host:
    """The host with its configuration. Raises Failure when the file is missing or damaged."""
    path = layout.host_config
    try:
        data = read(path)
        if "certificate" in data:
            data["certificate"] = made(CertificateConfig, data["certificate"])
        return Host(layout, made(HostConfig, data))
    except Failure as failure:
        raise Failure(f"{failure}. A deploy writes this file again") from failure
    except ValueError as error:
        raise Failure(f"{path} cannot be read: {error}. A deploy writes this file again") from error
