"""The application's image: what it is built from."""

import re
from pathlib import Path

from infra.application import project, volumes
from infra.application.files import SourceFiles, source_files
from infra.application.found import find
from infra.application.locks.check import COMPILER
from infra.application.locks.packages import packages
from infra.checkout import CHECKOUT
from infra.hostfile import HostFile, folder
from infra.operations.images import Image
from infra.settings.fields.section import FieldError
from infra.settings.host import Settings

SHIPPED = CHECKOUT / "images" / "app"
LOCK = "requirements/app.txt"  # in the context; the source may have none, or another
STEADY_RQ = "packages/steady-rq/src/steady_rq"
LARGEST_SCRIPT = 2**20  # bytes; a larger file starts no server
LISTENS = re.compile(rb"WEB_SOCKET")


def image(settings: Settings) -> Image:
    """The application's image. Raises FieldError, for the setting to change."""
    dockerfile = settings.app.own_dockerfile
    files = source_files(settings.app.source, dockerfile)
    volumes.check(settings, files)
    base = settings.docker.base_image
    if dockerfile:
        _check_own(settings, files, dockerfile)
        return Image("app", _sent(files, ""), dockerfile, base)
    found, installed = find(settings), packages(settings)
    requirements = (
        HostFile(LOCK, installed.requirements.encode()),
        HostFile("requirements/uv.txt", (CHECKOUT / "requirements" / "uv.txt").read_bytes()),
    )
    compiler = installed.builder == COMPILER
    told = {
        "LOCK": LOCK,
        "SYSTEM_PACKAGES": " ".join(settings.app.system_packages),
        "BUILD_PACKAGES": " ".join(settings.app.build_packages) if compiler else "",
        "BUILDER": COMPILER if compiler else "",
        "PLACE": found.place.folder,
        "PYTHON_PATH": found.place.python_path,
        "STATIC": found.static(files),
    }
    arguments = tuple(f"{name}={value}" for name, value in told.items() if value)
    ours = (*folder(SHIPPED, "images/app"), *folder(CHECKOUT / STEADY_RQ, STEADY_RQ))
    own = project.files(settings.app.source, files.kept) if not found.place.package else {}
    said = (HostFile(f"app/{name}", content.encode()) for name, content in own.items())
    context = (*requirements, *ours, *_sent(files, "app/"), *said)
    return Image("app", context, "images/app/Dockerfile", base, arguments)


def _sent(files: SourceFiles, below: str) -> tuple[HostFile, ...]:
    return tuple(
        HostFile(f"{below}{name}", None, _mode(path), local=path)
        for name, path in files.kept.items()
    )


def _mode(path: Path) -> str:
    return "755" if path.stat().st_mode & 0o100 else "644"


def _check_own(settings: Settings, files: SourceFiles, dockerfile: str) -> None:
    """The image of an own Dockerfile has a server that nginx reaches. Raises FieldError."""
    if dockerfile not in files.kept:
        raise FieldError("app.dockerfile", f"there is no {dockerfile} in {settings.app.source}")
    small = (path for path in files.kept.values() if path.stat().st_size <= LARGEST_SCRIPT)
    if not settings.web.command and not any(LISTENS.search(path.read_bytes()) for path in small):
        raise FieldError(
            "app.dockerfile",
            f"nothing in the source of {dockerfile} names WEB_SOCKET, the Unix socket where nginx"
            " asks: write the command of its server into web.command, or None here for Slipway's"
            " own image (docs/bring-your-own-app.md)",
        )
