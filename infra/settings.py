"""The settings of a host: one frozen model, validated before any host is touched."""

from typing import Annotated, Self

from pydantic import EmailStr, Field, StringConstraints, model_validator

from infra import operators_certificate
from infra.app_settings import App, Check, Section, Web, Worker
from infra.certificate_settings import Alerts, Certificate, Tls
from infra.onhost.config import is_address
from infra.setting_types import (
    Domain,
    HttpsUrl,
    LocalFile,
    Name,
    Port,
    PrivatePath,
    Seconds,
    SecretFile,
    SiteName,
    Size,
    Whole,
)

NEEDED_SECRETS = ("redis_password", "secret_key")  # of every host
RESERVED_VARIABLES = frozenset(
    {"REDIS_URL", "QUEUE", "JOB_TIMEOUT", "RELEASE"}
    | {"WEB_SOCKET", "WEB_PROCESSES", "WEB_THREADS", "WEB_REQUEST_TIMEOUT"}
)  # and, for each secret, the variable that names its file


def secret_variable(name: str) -> str:
    """The environment variable with the path of a secret's file."""
    return f"{name.upper()}_FILE"


class Redis(Section):
    """The Redis server, kept on a volume as an append-only file."""

    memory: Size = "256m"
    """Memory limit of the container; the data may take 60 % of it."""


class Nginx(Section):
    """The web server in front, on the host's network."""

    http_port: Port = 80
    """Port of HTTP. A public CA asks for its challenge on port 80."""
    https_port: Port = 443
    """Port of HTTPS."""
    body_size: Size = "10m"
    """Largest body of a request; more is answered with 413."""
    private_paths: tuple[PrivatePath, ...] = ("/metrics",)
    """Paths that are answered with 404, they and what is below them; on the host
    `sudo slipway get /metrics` asks the application itself."""
    memory: Size = "128m"
    """Memory limit of the container."""

    @model_validator(mode="after")
    def _ports_differ(self) -> Self:
        if self.http_port == self.https_port:
            raise ValueError("http_port and https_port must differ")
        return self


class Docker(Section):
    """The Docker engine, and where base images come from."""

    base_image: Annotated[str, StringConstraints(pattern=r"^[a-z0-9./:_@-]+$")] = (
        "debian:trixie-slim"
    )
    """The one image that all others are built from."""
    registry_mirror: HttpsUrl | None = None
    """A mirror of Docker Hub to ask first."""


class Preflight(Section):
    """What a host must have before anything on it is changed."""

    free_disk: Size = "4g"
    """Free disk where Docker keeps its data."""
    memory: Size = "900m"
    """Memory of the host."""
    clock_difference: Seconds = 120
    """Seconds that the host's clock may differ from this machine's."""


class Settings(Section):
    """Everything that an operator decides about a host."""

    domain: SiteName
    """The site's name; its A and AAAA records lead to the host. A host without a name is named by
    its public IPv4 address."""
    aliases: tuple[Domain, ...] = ()
    """Other names that lead to the host, like `www.app.example.org`: they redirect to `domain`,
    and the certificate covers them, too."""
    email: EmailStr
    """Contact address that the CA is given. For warnings set `alerts`: CAs may send none."""
    app: App = App()
    web: Web = Web()
    worker: Worker = Worker()
    redis: Redis = Redis()
    nginx: Nginx = Nginx()
    certificate: Certificate = Certificate()
    tls: Tls = Tls()
    alerts: Alerts = Alerts()
    docker: Docker = Docker()
    preflight: Preflight = Preflight()
    checks: tuple[Check, ...] = ()
    """Requests that decide whether a release goes live, besides its health path."""
    keep_releases: Annotated[Whole, Field(ge=2, le=50)] = 5
    """Releases kept on the host to go back to, the current one among them."""
    extra_ca_certificates: tuple[LocalFile, ...] = ()
    """PEM files of CAs that the host and its image builds shall trust besides the public ones."""
    secrets: dict[Name, SecretFile] = {}  # noqa: RUF012  pydantic copies defaults
    """Local files with secrets, by name; `redis_password`, `secret_key` and those of
    `app.generated_secrets` are made on the host if they are not here. In the containers
    `<NAME>_FILE` is the path of each."""

    @property
    def names(self) -> list[str]:
        """The names of the site, the primary one first."""
        return [self.domain, *self.aliases]

    @property
    def made_secrets(self) -> list[str]:
        """The secrets that the host makes."""
        names = {*NEEDED_SECRETS, *self.app.generated_secrets}
        return sorted(names - set(self.secrets))

    @property
    def secret_names(self) -> list[str]:
        """Every secret of the host: those given and those made there."""
        return sorted({*self.made_secrets, *self.secrets})

    @model_validator(mode="after")
    def _no_reserved_variable(self) -> Self:
        reserved = RESERVED_VARIABLES | {secret_variable(name) for name in self.secret_names}
        taken = reserved & set(self.app.environment)
        if taken:
            raise ValueError(f"app.environment sets what Slipway sets: {', '.join(sorted(taken))}")
        return self

    @model_validator(mode="after")
    def _health_is_public(self) -> Self:
        if self.app.health_path in self.nginx.private_paths:
            raise ValueError("app.health_path is asked from outside: not in nginx.private_paths")
        return self

    @model_validator(mode="after")
    def _acceptance_tests_ask_a_name(self) -> Self:
        if self.app.acceptance and is_address(self.domain):
            raise ValueError("app.acceptance needs a domain that is a name, not an IP address")
        return self

    @model_validator(mode="after")
    def _aliases_are_other_names(self) -> Self:
        if len(set(self.names)) != len(self.names):
            raise ValueError("aliases must differ from domain and from each other")
        if self.aliases and is_address(self.domain):
            raise ValueError("aliases redirect to a domain name, not to an IP address")
        return self

    @model_validator(mode="after")
    def _files_are_of_this_site(self) -> Self:
        if self.certificate.source == "files" and self.certificate.chain and self.certificate.key:
            operators_certificate.check(self.certificate.chain, self.certificate.key, self.names)
        return self
