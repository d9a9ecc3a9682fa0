"""The release: the application's image and everything it runs from."""

from pathlib import Path

from pyinfra.api import deploy

from infra import onhost, origin
from infra.application.image import STEADY_RQ, image
from infra.checkout import CHECKOUT
from infra.compose import processes, project, services, variables, web
from infra.hostfile import HostFile, folder, render
from infra.onhost.processes.kinds import SERVER, SINGLE, Process
from infra.onhost.releases.release import CONFIG, ROUTES, Check, ReleaseConfig
from infra.operations import images, switch
from infra.operations.images import Image
from infra.settings import Settings, capacity

IMAGES = CHECKOUT / "images"
# Runs steady_rq as `python3 -m` does where it is installed: the working directory comes first.
STEADY_RQ_MAIN = """\
import os, runpy, sys
sys.path.append(sys.path[0])
sys.path[0] = os.getcwd()
runpy.run_module("steady_rq", run_name="__main__", alter_sys=True)
"""
HEALTH_CHECK = "from onhost.web import health_check\n\nhealth_check.main()\n"


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
    compose = project.text(settings, tag, acceptance_tag(settings))
    socket = web.socket_name(settings)
    routes = render("nginx/routes.conf.j2", settings=settings, capacity=capacity, socket=socket)
    return [
        HostFile("compose.yaml", compose.encode(), "600"),
        HostFile(CONFIG, release_config(settings, tag).to_json().encode()),
        HostFile(ROUTES, routes.encode()),
        *health_check(),
        *(steady_rq() if settings.app.own_dockerfile else []),
        *starter(settings),
        *(folder(tests, "acceptance") if tests else []),
    ]


def starter(settings: Settings) -> list[HostFile]:
    """What starts a process in its container, for kinds that need more than their command."""
    needed = settings.of_kind(SINGLE) | settings.of_kind(SERVER)
    content = Path(onhost.__file__).parent / "processes" / "start.py"
    return [HostFile(processes.START, content.read_bytes())] if needed else []


def health_check() -> list[HostFile]:
    """The health check of the web container: a directory that Python runs there."""
    package = Path(onhost.__file__).parent
    modules = ("services/sockets.py", "web/health_check.py", "web/work.py")
    made = ("onhost/__init__.py", "onhost/services/__init__.py", "onhost/web/__init__.py")
    return [
        HostFile(f"{services.HEALTH_CHECK}/__main__.py", HEALTH_CHECK.encode()),
        *(HostFile(f"{services.HEALTH_CHECK}/{name}", b"") for name in made),
        *(
            HostFile(f"{services.HEALTH_CHECK}/onhost/{name}", (package / name).read_bytes())
            for name in modules
        ),
    ]


def steady_rq() -> list[HostFile]:
    """The worker for RQ, for an image that is the application's own."""
    main = HostFile(f"{services.STEADY_RQ}/__main__.py", STEADY_RQ_MAIN.encode())
    return [main, *folder(CHECKOUT / STEADY_RQ, f"{services.STEADY_RQ}/steady_rq")]


def acceptance_tag(settings: Settings) -> str:
    """The tag of the acceptance tests' image; empty when there are none."""
    found = acceptance_image(settings)
    return found.tag if found else ""


def release_config(settings: Settings, tag: str) -> ReleaseConfig:
    """What the switch needs to know of the release."""
    return ReleaseConfig(
        image=tag,
        server=settings.web.spoken,
        start_limit=settings.web.start_limit,
        release_command=bool(settings.release_command),
        release_command_limit=settings.app.release_command_limit,
        static_folder=settings.app.static_folder,
        health_path=settings.app.health_path,
        checks=[Check(**check.model_dump()) for check in settings.checks],
        acceptance_image=acceptance_tag(settings),
        acceptance_limit=settings.app.acceptance_limit if settings.app.acceptance else 0,
        processes=[
            Process(
                name,
                one.kind,
                queues=list(one.queues),
                library=one.used_library,
                stop_limit=one.seconds_to_stop,
                at=one.at,
                limit=one.limit,
            )
            for name, one in settings.processes.items()
        ],
        secrets_in_environment=variables.templates(settings),
    )


@deploy("Release")
def go_live(settings: Settings) -> None:
    """The application of the checkout, with these settings, is what nginx passes to."""
    app = image(settings)
    images.build(name="Build the application's image", image=app)
    if tests := acceptance_image(settings):
        images.build(name="Build the image for the acceptance tests", image=tests)
    switch.deploy(
        name="Switch to the release",
        files=release_files(settings, app.tag),
        by=origin.operator(),
        revision=origin.revision(),
    )
