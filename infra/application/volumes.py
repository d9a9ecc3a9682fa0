"""Where the application's volumes are in its containers."""

from pathlib import PurePosixPath

from infra.application.files import SourceFiles
from infra.application.place import ROOT, place
from infra.settings.fields.section import FieldError
from infra.settings.host import Settings

PLACEHOLDERS = {".gitkeep", ".keep", ".gitignore"}  # they keep an empty folder in git


def mounts(settings: Settings) -> dict[str, str]:
    """The path of each volume in the containers; a relative one starts at the source's root."""
    root = ROOT if settings.app.own_dockerfile else place(settings.app.source).folder
    return {name: str(PurePosixPath(root, path)) for name, path in settings.app.volumes.items()}


def check(settings: Settings, files: SourceFiles) -> None:
    """No volume hides a file of the source. Raises FieldError."""
    for name, path in settings.app.volumes.items():
        hidden = (one for one in files.kept if one == path or one.startswith(f"{path}/"))
        for one in hidden:
            if PurePosixPath(one).name not in PLACEHOLDERS:
                raise FieldError(
                    f"app.volumes.{name}",
                    f"{path} would hide {one} of the source: leave that out by a .dockerignore, or"
                    " choose another folder",
                )
