"""The release: the application's image and everything it runs from."""

from pyinfra.api import deploy

from infra import origin
from infra.hostfile import HostFile, folder, render
from infra.onhost import layout
from infra.onhost.release import CONFIG, Check, ReleaseConfig
from infra.operations.images import Image, built
from infra.operations.release import live
from infra.programs import secret_names
from infra.settings import Settings


def image(settings: Settings) -> Image:
    """The application's image, for web and worker; the context is laid out like the checkout."""
    lock = settings.app.requirements.read_bytes()
    context = (HostFile("requirements/app.txt", lock), *folder(settings.app.source, "app"))
    return Image("app", context, "app/Dockerfile", settings.docker.base_image)


def release_files(settings: Settings, tag: str) -> list[HostFile]:
    """What a release is made of, besides its secrets; paths are relative to its directory."""
    values = {
        "layout": layout,
        "settings": settings,
        "app_image": tag,
        "secrets": secret_names(settings),
    }
    return [
        HostFile("compose.yaml", render("compose/release.yaml.j2", **values).encode(), "600"),
        HostFile(CONFIG, release_config(settings, tag).to_json().encode()),
        HostFile("site.conf", render("nginx/site.conf.j2", **values).encode()),
    ]


def release_config(settings: Settings, tag: str) -> ReleaseConfig:
    """What the switch needs to know of the release."""
    return ReleaseConfig(
        image=tag,
        server="uwsgi",
        start_limit=settings.web.start_limit,
        before=False,
        static_folder="",
        health_path=settings.app.health_path,
        checks=[Check(**check.model_dump()) for check in settings.checks],
    )


@deploy("Release")
def current(settings: Settings) -> None:
    """The application of the checkout, with these settings, is what nginx passes to."""
    app = image(settings)
    built(name="Build the application's image", image=app)
    live(
        name="Switch to the release",
        files=release_files(settings, app.tag),
        by=origin.operator(),
        revision=origin.revision(),
    )
