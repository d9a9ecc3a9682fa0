"""What nobody will ask for any more: clones without a checkout, and what killed runs left."""

import json
import re
import shutil

from tests.lab import host, records
from tests.lab.paths import STATE, Clone, locked
from tests.lab.processes import run
from tests.lab.progress import stage

OURS = re.compile(r"slw-([0-9a-f]{8})")


def take_down() -> None:
    """Take down the clones whose checkout is gone, and things without any clone."""
    for clone in records.clones():
        if not clone.checkout.exists():
            with stage(f"taking down the hosts of {clone.checkout}, which is gone"):
                host.down_all(clone)
    with locked("subnets"):  # a clone's folder and record are made under it
        alive = {path.parent.name for path in records.clone_files()}
    if shutil.which("losetup"):
        detach_loops()
    for link in json.loads(run("ip", "-j", "link", "show", "type", "bridge") or "[]"):
        match = OURS.fullmatch(link.get("ifname", ""))
        if match and match[1] not in alive:
            run("ip", "link", "delete", match[0])
    if shutil.which("nft"):
        for table in re.findall(r"slipway_lab_([0-9a-f]{8})", run("nft", "list", "tables", "ip")):
            if table not in alive:
                run("nft", "delete", "table", "ip", f"slipway_lab_{table}")


def detach_loops() -> None:
    """Free loop devices whose file was deleted; a mounted one frees itself later."""
    listed = json.loads(run("losetup", "--json", "--list", "-O", "NAME,BACK-FILE") or "{}")
    for device in listed.get("loopdevices", []):
        file = device["back-file"] or ""
        if file.startswith(f"{STATE}/") and file.endswith("(deleted)"):
            run("losetup", "--detach", device["name"])


def owner_of(clone: Clone) -> str:
    """Name the checkout in messages."""
    return str(clone.checkout)
