"""The settings of a host: one frozen model, validated before any host is touched."""

from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    EmailStr,
    Field,
    HttpUrl,
    StringConstraints,
    model_validator,
)

from infra.setting_types import (
    PROJECT,
    ContainerPath,
    Domain,
    HttpsUrl,
    LocalFile,
    LocalFolder,
    Name,
    OneLine,
    Package,
    Port,
    PrivatePath,
    Processes,
    Seconds,
    SecretFile,
    Size,
    UrlFolder,
    UrlPath,
    Variable,
    VolumePath,
    Whole,
    Word,
)

LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory"
NEEDED_SECRETS = ("redis_password", "secret_key")  # of every host
RESERVED_VARIABLES = frozenset(
    {"REDIS_URL", "QUEUE", "JOB_TIMEOUT", "RELEASE"}
    | {"WEB_SOCKET", "WEB_PROCESSES", "WEB_THREADS", "WEB_HARAKIRI"}
)  # and, for each secret, the variable that names its file


def secret_variable(name: str) -> str:
    """The environment variable with the path of a secret's file."""
    return f"{name.upper()}_FILE"


class Section(BaseModel):
    """What every part of the settings has in common: no unknown key, no change after the start."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class App(Section):
    """The Flask application: where it is and what it gets."""

    source: LocalFolder = PROJECT / "app"
    """Folder of the application; without a Dockerfile in it, Slipway's own builds the image."""
    requirements: LocalFile = PROJECT / "requirements" / "app.txt"
    """The lock of the application's Python dependencies, with hashes."""
    system_packages: tuple[Package, ...] = ()
    """Debian packages in the application's image."""
    environment: dict[Variable, OneLine] = {}
    """Environment variables for web and worker. They are no place for secrets."""
    generated_secrets: tuple[Name, ...] = ("admin_password",)
    """Secrets that the host makes if `secrets` does not give them."""
    health_path: UrlPath = "/healthz"
    """Path that answers 200 once the application can serve."""
    release_command: tuple[Word, ...] = ()
    """Runs once in a container of a new release before traffic moves; if it fails, none moves."""
    static_folder: ContainerPath = "/srv/static"
    """Folder of the image with finished static files, which nginx serves; it may be absent."""
    static_url: UrlFolder = "/static/"
    """Where their URLs begin. A name changes with its file's content: clients keep it a year."""
    volumes: dict[Name, VolumePath] = {}
    """Directories that outlive releases: name, and path in web, worker and release command."""

    @model_validator(mode="after")
    def _volumes_have_places_of_their_own(self) -> Self:
        if len(set(self.volumes.values())) != len(self.volumes):
            raise ValueError("volumes must have different paths")
        return self


class Check(Section):
    """A request that a release must answer as expected, before and after traffic moves to it."""

    path: Annotated[str, StringConstraints(pattern=r"^/[^\s]*$")]
    """Path, with a query if wanted; asked by GET."""
    status: Annotated[Whole, Field(ge=100, le=599)] = 200
    """Status of the answer."""
    contains: str = ""
    """Text that stands in the answer's body."""


class Web(Section):
    """The containers that answer requests, with uWSGI or gunicorn."""

    server: Literal["uwsgi", "gunicorn"] = "uwsgi"
    """What runs the application; nginx speaks the uwsgi protocol or HTTP to it accordingly."""
    command: tuple[Word, ...] = ()
    """What the container runs instead of `server` with the application's `uwsgi.ini` or
    `gunicorn.conf.py`; it listens on the Unix socket that `WEB_SOCKET` names."""
    processes: Processes = 2
    """Processes; about one for each core, more if requests wait for other services."""
    threads: Processes = 2
    """Threads in each process."""
    request_timeout: Seconds = 30
    """Seconds after which a request is ended; nginx waits five seconds longer."""
    start_limit: Seconds = 60
    """Seconds that a new release may take until it is healthy."""
    memory: Size = "256m"
    """Memory limit of the container."""


class Worker(Section):
    """The containers that run background jobs, with RQ."""

    command: tuple[Word, ...] = ("python3", "-m", "app.worker")
    """What the container runs; it takes jobs of the queue that `QUEUE` names."""
    health_command: tuple[Word, ...] = ("python3", "-m", "app.worker", "--check")
    """Exits 0 in the worker's container while its worker lives."""
    count: Processes = 1
    """Number of worker containers; each runs one job at a time."""
    queue: Name = "default"
    """The one queue that the workers take jobs from."""
    job_timeout: Seconds = 180
    """Seconds that a job may take; a release waits as long for the old workers' jobs."""
    memory: Size = "256m"
    """Memory limit of each container."""


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


class Certificate(Section):
    """The certificate, from an ACME server by certbot."""

    acme_directory: HttpsUrl = HttpUrl(LETS_ENCRYPT)
    """ACME directory; the default is Let's Encrypt's for production."""
    key_type: Literal["ecdsa", "rsa"] = "ecdsa"
    """Type of the private key."""


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

    domain: Domain
    """The site's name; its A and AAAA records lead to the host."""
    email: EmailStr
    """Where the CA may write to."""
    app: App = App()
    web: Web = Web()
    worker: Worker = Worker()
    redis: Redis = Redis()
    nginx: Nginx = Nginx()
    certificate: Certificate = Certificate()
    docker: Docker = Docker()
    preflight: Preflight = Preflight()
    checks: tuple[Check, ...] = ()
    """Requests that decide whether a release goes live, besides its health path."""
    keep_releases: Annotated[Whole, Field(ge=2, le=50)] = 5
    """Releases kept on the host to go back to, the current one among them."""
    extra_ca_certificates: tuple[LocalFile, ...] = ()
    """PEM files of CAs that the host and its image builds shall trust besides the public ones."""
    secrets: dict[Name, SecretFile] = {}
    """Local files with secrets, by name; `redis_password`, `secret_key` and those of
    `app.generated_secrets` are made on the host if they are not here. In the containers
    `<NAME>_FILE` is the path of each."""

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
