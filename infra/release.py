"""The release: the application's image and everything it runs from."""

from pyinfra.api import deploy

from infra import origin
from infra.hostfile import HostFile, folder, render
from infra.onhost import layout, web
from infra.onhost.release import CONFIG, ROUTES, Check, ReleaseConfig
from infra.operations.images import Image, built
from infra.operations.release import live
from infra.setting_types import PROJECT
from infra.settings import Settings, secret_variable

COMMANDS = {
    "uwsgi": ("uwsgi", "--ini", "/srv/app/uwsgi.ini"),
    "gunicorn": ("gunicorn", "--config", "/srv/app/gunicorn.conf.py"),
}
IMAGES = PROJECT / "images"


def image(settings: Settings) -> Image:
    """The application's image, for web and worker; the context is laid out like the checkout."""
    lock = HostFile("requirements/app.txt", settings.app.requirements.read_bytes())
    own = {file.path: file for file in folder(settings.app.source, "app")}
    dockerfile = "images/app/Dockerfile"
    if "app/Dockerfile" in own:
        dockerfile = "app/Dockerfile"
        own = {file.path: file for file in folder(IMAGES / "app", "app") if _is_config(file)} | own
    packages = " ".join(settings.app.system_packages)
    arguments = (f"SYSTEM_PACKAGES={packages}",) if packages else ()
    files = (lock, *folder(IMAGES / "app", "images/app"), *own.values())
    return Image("app", files, dockerfile, settings.docker.base_image, arguments)


def _is_config(file: HostFile) -> bool:
    """Whether a Dockerfile of the application's own finds this shipped file in app/, too."""
    return file.path in {"app/uwsgi.ini", "app/gunicorn.conf.py"}


def acceptance_image(settings: Settings) -> Image | None:
    """What the acceptance tests run in, if there are any."""
    if settings.app.acceptance is None:
        return None
    context = (
        HostFile("Dockerfile", (IMAGES / "acceptance" / "Dockerfile").read_bytes()),
        HostFile("requirements.txt", settings.app.acceptance_requirements.read_bytes()),
    )
    return Image("acceptance", context, "Dockerfile", settings.docker.base_image)


def release_files(settings: Settings, tag: str) -> list[HostFile]:
    """What a release is made of, besides its secrets; paths are relative to its directory."""
    tests = settings.app.acceptance
    port = settings.nginx.https_port
    values = {
        "layout": layout,
        "settings": settings,
        "app_image": tag,
        "command": settings.web.command or COMMANDS[settings.web.server],
        "socket": web.UWSGI if settings.web.server == "uwsgi" else web.HTTP,
        "secrets": {name: secret_variable(name) for name in settings.secret_names},
        "acceptance_image": acceptance_tag(settings),
        "base_url": f"https://{settings.domain}" + ("" if port == 443 else f":{port}"),
    }
    return [
        HostFile("compose.yaml", render("compose/release.yaml.j2", **values).encode(), "600"),
        HostFile(CONFIG, release_config(settings, tag).to_json().encode()),
        HostFile(ROUTES, render("nginx/routes.conf.j2", **values).encode()),
        *(folder(tests, "acceptance") if tests else []),
    ]


def acceptance_tag(settings: Settings) -> str:
    """The tag of the acceptance tests' image; empty when there are none."""
    found = acceptance_image(settings)
    return found.tag if found else ""


def release_config(settings: Settings, tag: str) -> ReleaseConfig:
    """What the switch needs to know of the release."""
    return ReleaseConfig(
        image=tag,
        server=settings.web.server,
        start_limit=settings.web.start_limit,
        before=bool(settings.app.release_command),
        before_limit=settings.app.release_command_limit,
        static_folder=settings.app.static_folder,
        health_path=settings.app.health_path,
        checks=[Check(**check.model_dump()) for check in settings.checks],
        acceptance_image=acceptance_tag(settings),
        acceptance_limit=settings.app.acceptance_limit if settings.app.acceptance else 0,
    )


@deploy("Release")
def current(settings: Settings) -> None:
    """The application of the checkout, with these settings, is what nginx passes to."""
    app = image(settings)
    built(name="Build the application's image", image=app)
    if tests := acceptance_image(settings):
        built(name="Build the image of the acceptance tests", image=tests)
    live(
        name="Switch to the release",
        files=release_files(settings, app.tag),
        by=origin.operator(),
        revision=origin.revision(),
    )
