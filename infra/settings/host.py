"""All settings of a host: those of the host itself, and the sections."""

from typing import Annotated, Any, ClassVar, Self

from pydantic import EmailStr, Field, model_validator

from infra.onhost.processes.kinds import LASTING
from infra.settings import cross_field, found, procfile
from infra.settings.fields.local_paths import LocalFile, SecretFile
from infra.settings.fields.network import Domain, SiteName
from infra.settings.fields.numbers import Integer
from infra.settings.fields.section import Section
from infra.settings.fields.text import Name, ProcessName
from infra.settings.sections.alerts import Alerts
from infra.settings.sections.app import App
from infra.settings.sections.certificate import Certificate
from infra.settings.sections.checks import Check
from infra.settings.sections.docker import Docker
from infra.settings.sections.nginx import Nginx
from infra.settings.sections.preflight import Preflight
from infra.settings.sections.processes import Process, check_names, instead_of_worker
from infra.settings.sections.proxy import Proxy
from infra.settings.sections.redis import Redis
from infra.settings.sections.tls import Tls
from infra.settings.sections.web import Web

REDIS_PASSWORD, SECRET_KEY = "redis_password", "secret_key"


class Settings(Section):
    """The settings of the host itself. Only `domain` and `email` are required.

    Every application has the secrets `redis_password` and `secret_key`, and those in
    `app.generated_secrets`. The host generates them, or you give them in `secrets`. In the
    containers, the variable `<NAME>_FILE` has the path of the file with the secret. A secret is in
    a variable itself only if `app.secrets_in_environment` says so: Docker and error pages show the
    values of variables.
    """

    example: ClassVar[str] = """
"domain": "app.example.org",
"aliases": ["www.app.example.org"],
"email": "you@example.org",
"keep_releases": 10,
"extra_ca_certificates": ["company-ca.pem"],  # signed the company's proxy or registry mirror
"secrets": {"mail_password": "secrets/mail_password"},  # the application reads MAIL_PASSWORD_FILE
"""

    domain: SiteName
    """Name of the site. Its A and AAAA records must point to the host. If the host has no name, use
    its public IPv4 address."""
    aliases: tuple[Domain, ...] = ()
    """Other names that point to the host. The certificate is valid for them too, and nginx
    redirects them to `domain`."""
    email: EmailStr
    """Your address, for the CA. Let's Encrypt sends no warnings to it: set `alerts` to get some."""
    app: App = App()
    web: Web = Web()
    processes: dict[ProcessName, Process] = Field(default_factory=found.processes)
    """What runs beside the web server."""
    redis: Redis = Redis()
    nginx: Nginx = Nginx()
    certificate: Certificate = Certificate()
    tls: Tls = Tls()
    alerts: Alerts = Alerts()
    docker: Docker = Docker()
    proxy: Proxy = Proxy()
    preflight: Preflight = Preflight()
    checks: tuple[Check, ...] = ()
    """Requests that a new release must answer as expected, in addition to `app.health_path`."""
    keep_releases: Annotated[Integer, Field(ge=2, le=50)] = 5
    """Number of releases that the host keeps, with the current one. You can go back to these."""
    extra_ca_certificates: tuple[LocalFile, ...] = ()
    """PEM files with CA certificates. The host, Docker and the image builds trust these CAs too."""
    secrets: dict[Name, SecretFile] = {}  # noqa: RUF012  pydantic copies defaults
    """Names of secrets, each with the path of the local file that has its value."""

    @property
    def names(self) -> list[str]:
        """The names of the site, the primary one first."""
        return [self.domain, *self.aliases]

    @property
    def made_secrets(self) -> list[str]:
        """The secrets that the host makes."""
        needed = [SECRET_KEY, *([REDIS_PASSWORD] if self.redis.enabled else [])]
        names = {*needed, *self.app.generated_secrets}
        return sorted(names - set(self.secrets))

    @property
    def secret_names(self) -> list[str]:
        """Every secret of the host: those given and those made there."""
        return sorted({*self.made_secrets, *self.secrets})

    @property
    def longest_job(self) -> int:
        """The seconds that any process may take to end; 0 without such a process."""
        jobs = [*self.of_kind("queue").values(), *self.of_kind("single").values()]
        return max((one.seconds_to_stop for one in jobs), default=0)

    @property
    def lasting(self) -> dict[str, Process]:
        """The processes that have containers all the time."""
        return {name: one for name, one in self.processes.items() if one.kind in LASTING}

    @property
    def release_command(self) -> tuple[str, ...]:
        """The release command; that of a Procfile where the settings have none."""
        if self.app.release_command or "release_command" in self.app.model_fields_set:
            return self.app.release_command
        line = procfile.read(self.app.source).get("release")
        return procfile.words(line) if line else ()

    def of_kind(self, kind: str) -> dict[str, Process]:
        """The processes of a kind, by their names."""
        return {name: one for name, one in self.processes.items() if one.kind == kind}

    @model_validator(mode="before")
    @classmethod
    def _has_no_worker(cls, data: Any) -> Any:
        if isinstance(data, dict) and "worker" in data:
            raise instead_of_worker(data["worker"])
        return data

    @model_validator(mode="after")
    def _sections_agree(self) -> Self:
        check_names(self.processes)
        if "processes" not in self.model_fields_set:
            procfile.check(self.app.source)
        cross_field.check_variables(
            self.app, self.processes, self.secret_names, redis=self.redis.enabled
        )
        cross_field.check_redis(self.app, self.processes, redis=self.redis.enabled)
        cross_field.check_secrets_in_environment(self.app, self.secret_names, self.secrets)
        cross_field.check_paths(self.app, self.nginx, self.processes)
        cross_field.check_health_path(self.app, self.nginx)
        cross_field.check_capacity(self.nginx)
        cross_field.check_tmp(self.app, self.web)
        cross_field.check_protocol(self.app, self.web)
        cross_field.check_acceptance(self.app, self.domain)
        cross_field.check_aliases(self.domain, self.aliases)
        cross_field.check_certificate_files(self.certificate, self.names)
        return self
