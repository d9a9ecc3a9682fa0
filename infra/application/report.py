"""What the deploy says about the application before it connects."""

import sys

from infra.application import secret_key, source_code
from infra.application.files import source_files
from infra.application.found import find
from infra.application.ignored import summary
from infra.application.image import image
from infra.application.locks.packages import packages
from infra.settings.fields.local_paths import shown
from infra.settings.host import Settings
from infra.settings.sections.app import secret_variable


def say(host: str, settings: Settings) -> None:
    """Show what was found in the source. Raises FieldError when that cannot be deployed."""
    told = lines(settings)
    image(settings)
    for line in told:
        print(f"{host}: {line}", file=sys.stderr)


def lines(settings: Settings) -> list[str]:
    """What was found, in plain lines. Raises FieldError."""
    app = settings.app
    found, files = find(settings), source_files(app.source, app.own_dockerfile)
    told = [f"application: {app.source}, {len(files.kept)} files", *_public_key(settings)]
    if files.left_out:
        told.append(f"left out, by {files.rules}: {shown(summary(files.left_out))}")
    if app.own_dockerfile:
        told.append(f"image: built by the application's own {app.own_dockerfile}")
        return told
    if found.module:
        told.append(f"module: {found.module.name}, from {found.module.found_in}")
    return [*told, *packages(settings).told]


def _public_key(settings: Settings) -> list[str]:
    """The line about a secret key that stands in the source."""
    app = settings.app
    given = {*app.environment, *app.secrets_in_environment}
    given |= {secret_variable(name) for name in settings.secret_names}
    public = secret_key.warning(source_code.trees(app), given)
    return [f"WARNING: {public}"] if public else []
