"""`app`: the Flask application."""

from typing import ClassVar, Self

from pydantic import model_validator

from infra.checkout import CHECKOUT
from infra.settings.fields.section import FieldError, Section
from infra.settings.fields.types import (
    Argument,
    ContainerPath,
    LocalFile,
    LocalFolder,
    Name,
    OneLine,
    Package,
    Seconds,
    UrlFolder,
    UrlPath,
    Variable,
    VolumePath,
)

RESERVED_VARIABLES = frozenset(
    {"REDIS_URL", "QUEUE", "JOB_TIMEOUT", "RELEASE"}
    | {"WEB_SOCKET", "WEB_PROCESSES", "WEB_THREADS", "WEB_REQUEST_TIMEOUT"}
)  # and, for each secret, the variable that names its file


def secret_variable(name: str) -> str:
    """The environment variable with the path of a secret's file."""
    return f"{name.upper()}_FILE"


class App(Section):
    """The Flask application: where it is, and what it gets.

    Static files are kept by browsers for a year, so the name of each must change with its content.
    A volume outlives releases; everything else that a container writes is lost with the container.
    """

    example: ClassVar[str] = """
"app": {
    "source": "myapp",
    "requirements": "myapp/requirements.txt",
    "system_packages": ["graphviz"],
    "environment": {"GREETING": "Hello"},  # anybody with root can read it: no place for a secret
    "release_command": ["flask", "--app", "app", "db", "upgrade"],
    "volumes": {"uploads": "/srv/uploads"},
},
"""

    source: LocalFolder = CHECKOUT / "app"
    """Folder of the application. If it has no Dockerfile, Slipway uses its own."""
    requirements: LocalFile = CHECKOUT / "requirements" / "app.txt"
    """Lock file of the application's Python dependencies, with hashes."""
    system_packages: tuple[Package, ...] = ()
    """Debian packages in the application's image."""
    environment: dict[Variable, OneLine] = {}  # noqa: RUF012  pydantic copies defaults
    """Environment variables for web and worker. Put secrets in `secrets`, not here."""
    generated_secrets: tuple[Name, ...] = ("admin_password",)
    """Secrets that the host makes when `secrets` does not give them."""
    health_path: UrlPath = "/healthz"
    """Path that answers 200 as soon as the application can serve."""
    release_command: tuple[Argument, ...] = ()
    """The release command. It runs once, in a container of the new release, before traffic moves
    to it. If it fails, the old release stays live."""
    release_command_limit: Seconds = 900
    """Seconds that the release command may take."""
    static_folder: ContainerPath = "/srv/static"
    """Folder in the image with finished static files. nginx serves them. It may be absent."""
    static_url: UrlFolder = "/static/"
    """Where the URLs of the static files begin."""
    acceptance: LocalFolder | None = None
    """Folder of pytest files. A new release must pass them before traffic moves to it. The tests
    ask it through nginx, at the URL in `BASE_URL`."""
    acceptance_requirements: LocalFile = CHECKOUT / "requirements" / "acceptance.txt"
    """Lock file, with hashes, of what the acceptance tests import. It must contain pytest."""
    acceptance_limit: Seconds = 120
    """Seconds that the acceptance tests may take."""
    volumes: dict[Name, VolumePath] = {}  # noqa: RUF012  pydantic copies defaults
    """Directories that outlive releases: a name, and the path in web, worker and release
    command."""

    @model_validator(mode="after")
    def _volumes_differ(self) -> Self:
        if len(set(self.volumes.values())) != len(self.volumes):
            raise FieldError("volumes", "each volume must have a path of its own")
        return self
