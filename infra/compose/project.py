"""The compose file of a release, as data: web, processes, and what runs before traffic moves.

It is written as JSON, which is YAML: no value of the settings can be taken for syntax. RELEASE
stands in .env beside it.
"""

import json
import re
from typing import Any

from infra.compose.acceptance import acceptance, front
from infra.compose.processes import process
from infra.compose.services import application, one_off, release_command
from infra.compose.web import web
from infra.onhost import layout
from infra.onhost.releases.release import ONE_OFF, RELEASE_COMMAND
from infra.settings import Settings


def text(settings: Settings, image: str, acceptance_image: str) -> str:
    """The file, for people too; acceptance_image is empty when there are no such tests."""
    written = json.dumps(project(settings, image, acceptance_image), ensure_ascii=False, indent=2)
    # YAML has other escapes than JSON beyond the first 65536 characters, and fewer bare characters.
    return re.sub(r"[^ -~\n]", lambda found: f"\\U{ord(found[0]):08x}", written) + "\n"


def project(settings: Settings, image: str, acceptance_image: str) -> dict[str, Any]:
    """The compose project."""
    base = application(settings, image)
    services = {"web": web(settings, base)}
    services |= {
        name: process(settings, name, one, base) for name, one in settings.processes.items()
    }
    services[ONE_OFF] = one_off(settings, base)
    if settings.release_command:
        services[RELEASE_COMMAND] = release_command(settings, base)
    if acceptance_image:
        services["front"] = front(settings)
        services["acceptance"] = acceptance(settings, base, acceptance_image)
    secrets = {name: {"file": f"./secrets/{name}"} for name in settings.secret_names}
    found = {"name": "slipway-${RELEASE}", "services": services, "secrets": secrets}
    networks = {"redis": {"external": True, "name": layout.REDIS_NETWORK}}
    return found | ({"networks": networks} if settings.redis.enabled else {})
