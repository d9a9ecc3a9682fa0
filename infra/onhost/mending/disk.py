"""Mends on the disk: others' files are put aside, and rights are as they shall be."""

import os
import shutil
import time
from pathlib import Path

from .. import manifest
from ..command import Failure, run
from ..config import Host
from ..credentials import redis_users
from ..inspection import files, secrets, trust
from ..releases import release


def put_aside(host: Host, path: Path) -> None:
    """Moves a file out of a folder of ours, to where it has no effect and is not lost."""
    place = host.layout.put_aside / time.strftime("%Y-%m-%d-%H%M%S")
    target = place / path.relative_to(host.layout.root)
    target.parent.mkdir(parents=True, exist_ok=True)
    host.layout.put_aside.chmod(0o700)
    shutil.move(path, target)


def surplus(host: Host) -> None:
    """Nothing stands in folders of ours but what a deploy put there."""
    found = files.surplus(host, manifest.load(host.layout.manifest))
    current = release.current(host)
    if current:
        try:
            wanted = manifest.of_release(release.folder(host, current))
        except Failure:  # the deploy that writes it finds what is left
            wanted = {}
        found += files.surplus_of_release(host, current, wanted) if wanted else []
    for path in found:
        put_aside(host, path)


def rights(host: Host) -> None:
    """Secrets and keys have their modes and owners, and Redis' users their file."""
    for right in secrets.wrong_rights(host):
        os.chown(right.path, right.user, right.group)
        right.path.chmod(right.mode)
    if not redis_users.current(host):
        redis_users.put(host)
        redis_users.load(host)


def authorities(host: Host) -> None:
    """The bundle of trusted CAs is made from its sources."""
    if list(trust.differences(host)):
        run("update-ca-certificates", "--fresh")
