"""The settings of the application: what it is, what runs it, what it must answer."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from infra.setting_types import (
    PROJECT,
    ContainerPath,
    LocalFile,
    LocalFolder,
    Name,
    OneLine,
    Package,
    Processes,
    Seconds,
    Size,
    UrlFolder,
    UrlPath,
    Variable,
    VolumePath,
    Whole,
    Word,
)


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
    release_command_limit: Seconds = 900
    """Seconds that it may take."""
    static_folder: ContainerPath = "/srv/static"
    """Folder of the image with finished static files, which nginx serves; it may be absent."""
    static_url: UrlFolder = "/static/"
    """Where their URLs begin. A name changes with its file's content: clients keep it a year."""
    acceptance: LocalFolder | None = None
    """Folder of pytest files that a release must pass before traffic moves to it; they ask it
    through nginx at `BASE_URL`."""
    acceptance_requirements: LocalFile = PROJECT / "requirements" / "acceptance.txt"
    """The lock of what they import, with hashes; pytest is in it."""
    acceptance_limit: Seconds = 120
    """Seconds that they may take."""
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
