"""`app`: the Flask application."""

from pathlib import Path
from typing import ClassVar, Self

from pydantic import model_validator

from infra.checkout import CHECKOUT
from infra.settings.fields.local_paths import (
    LocalFile,
    LocalFolder,
    OwnFolder,
    SourceFolder,
    SourcePath,
)
from infra.settings.fields.numbers import Seconds, Size
from infra.settings.fields.remote_paths import (
    ContainerPath,
    SocketFolder,
    UrlFolder,
    UrlPath,
    VolumePath,
)
from infra.settings.fields.secret_templates import SecretTemplates
from infra.settings.fields.section import FieldError, Section
from infra.settings.fields.text import Argument, ModuleName, Name, OneLine, Package, Variable

REDIS_URL = "REDIS_URL"
RESERVED_VARIABLES = frozenset(
    {REDIS_URL, "QUEUE", "QUEUES", "SOCKET", "JOB_TIMEOUT", "RELEASE", "TMPDIR"}
    | {
        "WEB_MODULE",
        "WEB_SOCKET",
        "WEB_PROCESSES",
        "WEB_THREADS",
        "WEB_REQUEST_TIMEOUT",
        "WEB_QUEUE",
        "WEB_STREAM_LIMIT",
        "WEB_STREAMS",
    }
)  # and, for each secret, the variable that names its file

# The file in the source that is taken: those with hashes go first.
DEPENDENCIES = (
    "pylock.toml", "uv.lock", "poetry.lock", "Pipfile.lock", "requirements.txt", "pyproject.toml",
)  # fmt: skip


def secret_variable(name: str) -> str:
    """The environment variable with the path of a secret's file."""
    return f"{name.upper()}_FILE"


class App(Section):
    """The Flask application: its files, its environment and its volumes.

    Browsers keep static files for a year, so a static file must get a new name when its content
    changes. Files in a volume stay when releases change. All other files that a container writes
    are deleted with the container.
    """

    example: ClassVar[str] = """
"app": {
    "source": "myapp",
    "system_packages": ["graphviz"],
    "environment": {"GREETING": "Hello"},  # no secrets: `docker inspect` shows it
    "secrets_in_environment": ["secret_key"],  # the application reads SECRET_KEY
    "release_command": ["flask", "--app", "app", "db", "upgrade"],
    "volumes": {"uploads": "/srv/uploads"},
},
"""

    source: SourceFolder = CHECKOUT / "app"
    """Folder of the application: the root of its source. In the image it is `/srv/app`, the working
    directory. A folder that is a Python package itself (it has an `__init__.py`) stands in
    `/srv/app`, under its own name. A `.dockerignore` says which files are left out; without one,
    those that git ignores are."""
    dockerfile: SourcePath | None = "Dockerfile"
    """The application's own Dockerfile, a path in `source`. It is built as it stands, with `source`
    as its context, and must bring a server. If there is none, or with `None`, Slipway builds its
    own image."""
    module: ModuleName | None = None
    """Where the Flask application is, like `microblog:app` or `hello:create_app()`. Without it, the
    deploy looks where `flask` looks, and says what it found."""
    requirements: LocalFile | None = None
    """File with the application's Python dependencies. Without it, the deploy takes the first of
    these in `source`: `pylock.toml`, `uv.lock`, `poetry.lock`, `Pipfile.lock`, `requirements.txt`,
    `pyproject.toml`."""
    locks: OwnFolder = Path("locks")
    """Folder where a deploy keeps the lock that it makes if the dependencies have no hashes. Keep
    the folder with the inventory: the next deploy installs the very same."""
    compile: bool = True
    """Whether packages without a wheel may be built, by a compiler in a stage of the image."""
    build_packages: tuple[Package, ...] = ()
    """Debian packages that this compiler needs, like `libpq-dev`."""
    system_packages: tuple[Package, ...] = ()
    """Debian packages to install in the application's image."""
    environment: dict[Variable, OneLine] = {}  # noqa: RUF012  pydantic copies defaults
    """Environment variables for web, all processes and the release command. Put secrets in
    `secrets`."""
    secrets_in_environment: SecretTemplates = {}  # noqa: RUF012  pydantic copies defaults
    """Environment variables that contain secrets, for applications that cannot read a secret from
    its file. In a URL, the secrets are percent-encoded. On the host, `docker inspect` shows these
    variables to root, and so can an error page of the application to anybody."""
    generated_secrets: tuple[Name, ...] = ("admin_password",)
    """Names of secrets that the host generates, unless you give them in `secrets`."""
    health_path: UrlPath = "/healthz"
    """Path that answers 200 when the application can serve. It must not depend on Redis: a
    restart of the application does not repair Redis."""
    release_command: tuple[Argument, ...] = ()
    """A command that runs once for each new release, before its web server starts, for example a
    database migration. If it fails, the old release stays live."""
    release_command_limit: Seconds = 900
    """Seconds that the release command may take."""
    static_folder: ContainerPath = "/srv/static"
    """Folder in the image with static files. nginx serves these files. The folder is optional."""
    static_url: UrlFolder = "/static/"
    """First part of the URLs of the static files."""
    acceptance: LocalFolder | None = None
    """Folder of pytest files: the acceptance tests. A new release must pass them before it goes
    live. They send requests to the URL in `BASE_URL`. `domain` must not be an IP address."""
    acceptance_requirements: LocalFile = CHECKOUT / "requirements" / "acceptance.txt"
    """Lock file, with hashes, of the packages for the acceptance tests. It must contain pytest."""
    acceptance_limit: Seconds = 120
    """Seconds that the acceptance tests may take."""
    volumes: dict[Name, VolumePath] = {}  # noqa: RUF012  pydantic copies defaults
    """Directories that stay when releases change. Each has a name, and a path in the containers of
    web, all processes and the release command. A relative path starts at the root of the
    source."""
    tmp: Size = "64m"
    """Size of `/tmp` in each container. It is in memory, and counts to the container's limit."""
    tmp_on_disk: bool = False
    """Whether `/tmp` is on the host's disk instead, as `/var/tmp` is. There it has no bound, and it
    is deleted with the release."""

    @property
    def dependencies(self) -> Path | None:
        """The file with the Python dependencies; None if there is none."""
        named = (self.source / name for name in DEPENDENCIES)
        return self.requirements or next((path for path in named if path.is_file()), None)

    @property
    def own_dockerfile(self) -> str:
        """The application's own Dockerfile; empty for Slipway's image."""
        told = "dockerfile" in self.model_fields_set
        there = self.dockerfile and (told or (self.source / self.dockerfile).is_file())
        return self.dockerfile or "" if there else ""

    sockets: dict[Name, SocketFolder] = {}  # noqa: RUF012  pydantic copies defaults
    """Folders on the host with Unix sockets that the application connects to, each by a name, like
    `{"postgres": "/run/postgresql"}`. The containers have them under the same path. A folder must
    be there before the deploy."""

    @model_validator(mode="after")
    def _volumes_differ(self) -> Self:
        if len(set(self.volumes.values())) != len(self.volumes):
            raise FieldError("volumes", "each volume must have a path of its own")
        return self
