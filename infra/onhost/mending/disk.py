"""Mends on the disk: others' files are put aside, and rights are as they shall be."""

import os
import shutil
import time
from pathlib import Path

from .. import layout, manifest
from ..certificates import certificate, store
from ..command import Failure, replace, run
from ..config import Host
from ..credentials import redis_users
from ..inspection import files, renewal, secrets, static, trust
from ..releases import prepare, release
from ..releases import static_files as publishing
from ..running import volumes


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
    """Secrets and keys have their modes and owners; Redis' users and variables their files."""
    modes(host)
    if current := release.current(host):
        prepare.put_variables(host, current)
    if not redis_users.current(host):
        redis_users.put(host)
        redis_users.load(host)


def modes(host: Host) -> None:
    """Secrets and keys have their modes and owners."""
    for right in secrets.wrong_rights(host):
        os.chown(right.path, right.user, right.group)
        right.path.chmod(right.mode)


def data(host: Host) -> None:
    """Redis may write its volume; certbot's notes and the certificate are as Slipway made them."""
    volume(host)
    if wrong := renewal.wrong(host):
        note(renewal.file(host), wrong)
    if not store.has_its_key(host, host.config.domain):
        certificate.load_again(host)


def volume(host: Host) -> None:
    """Redis may write its volume."""
    place = volumes.place(host)
    for path in volumes.foreign(place) if place else []:
        os.chown(path, layout.REDIS_UID, layout.REDIS_UID)


def note(file: Path, wanted: dict[str, str]) -> None:
    """Writes these values into certbot's notes, in place of those that stand there."""
    lines = file.read_text().splitlines()
    kept = [line for line in lines if line.partition(" = ")[0].strip() not in wanted]
    place = kept.index(renewal.SECTION) + 1
    kept[place:place] = [f"{key} = {value}" for key, value in wanted.items()]
    replace(file, "".join(f"{line}\n" for line in kept).encode())


def static_files(host: Host) -> None:
    """The current release's static files are those of its image."""
    if list(static.differences(host)):
        name = release.current(host)
        config = release.load(host, name)
        publishing.publish(host, name, config.image, config.static_folder)


def authorities(host: Host) -> None:
    """The bundle of trusted CAs is made from its sources."""
    if list(trust.differences(host)):
        run("update-ca-certificates", "--fresh")
