"""What the deploy says about the application before it connects."""

import sys

from infra.application.found import find
from infra.settings.host import Settings


def say(host: str, settings: Settings) -> None:
    """Show what was found in the source. Raises FieldError when that cannot be deployed."""
    for line in lines(settings):
        print(f"{host}: {line}", file=sys.stderr)


def lines(settings: Settings) -> list[str]:
    """What was found, in plain lines. Raises FieldError."""
    found = find(settings)
    module = f"{found.module.name} (from {found.module.found_in})" if found.module else "not known"
    return [f"application {settings.app.source}: module {module}"]
