"""The current release's static files, as they were copied out of its image."""

import json
from collections.abc import Iterator

from .. import manifest
from ..command import Failure
from ..config import Host
from ..difference import Difference
from ..releases import release, static_files
from ..typed import reason


def differences(host: Host) -> Iterator[Difference]:
    """Files that are missing or changed."""
    current = release.current(host)
    if not current or not release.load(host, current).static_folder:
        return
    path = release.folder(host, current) / static_files.LIST
    try:
        listed = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise Failure(f"{path} cannot be read: {reason(error)}") from error
    for name, wanted in listed.items() if isinstance(listed, dict) else ():  # of earlier versions
        found = manifest.state(host.layout.static / name)
        if found != wanted:
            yield Difference(str(host.layout.static / name), manifest.described(found, wanted))
