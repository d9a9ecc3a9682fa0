"""What nobody will ask for any more: clones without a checkout, and what killed runs left."""

import json
import re
import shutil

from lab import network, records
from lab.machines import host
from lab.paths import STATE
from lab.processes import run
from lab.progress import LabError, say, stage

OURS = re.compile(r"\b(?:slw-|slipway_lab_)([0-9a-f]{8})\b")


def take_down() -> None:
    """Take down the clones whose checkout is gone, and things without any clone."""
    for clone in records.clones():
        if not clone.checkout.exists():
            with stage(
                f"deleting the hosts of {clone.checkout}, because this checkout was deleted"
            ):
                host.down_all(clone)
    if shutil.which("losetup"):
        detach_loops()
    # First what is there, then whose it is: a clone has its record before its bridge.
    things = " ".join((*network.bridges(), *network.tables()))
    dead = set(OURS.findall(things)) - {path.parent.name for path in records.clone_files()}
    for clone_id in dead:
        try:
            network.down(f"slw-{clone_id}", f"slipway_lab_{clone_id}")
        except LabError as error:  # another run may be taking the same things away
            say(str(error))


def detach_loops() -> None:
    """Free loop devices whose file was deleted; a mounted one frees itself later."""
    listed = json.loads(run("losetup", "--json", "--list", "-O", "NAME,BACK-FILE") or "{}")
    for device in listed.get("loopdevices", []):
        file = device["back-file"] or ""
        if file.startswith(f"{STATE}/") and file.endswith("(deleted)"):
            run("losetup", "--detach", device["name"])
