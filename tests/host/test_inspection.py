"""What stands on the host and what runs there is what the last deploy put, of this checkout."""

import json

from testinfra.host import Host

from infra.inspection import manifest
from infra.onhost.layout import LAYOUT
from infra.settings import Settings


def test_nothing_differs_from_what_the_deploy_put(host: Host) -> None:
    found = json.loads(host.check_output(f"{LAYOUT.command} inspect --json"))["differences"]
    assert found == [], "\n".join(f"{one['subject']} {one['text']}" for one in found)


def test_the_last_deploy_was_of_this_checkout_and_these_settings(
    host: Host, settings: Settings
) -> None:
    shown = host.run("cat %s", str(LAYOUT.manifest)).stdout
    assert shown == (manifest.file(settings).content or b"").decode()
