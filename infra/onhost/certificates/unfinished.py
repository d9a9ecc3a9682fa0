"""What certbot left half-written, as on a full disk: it takes such files for good ones later.

Of a lineage it writes the files of a new version, then its renewal configuration, then its links.
"""

import re
import time
from pathlib import Path

from ..command import say
from ..config import Host
from . import store

KINDS = ("cert", "privkey", "chain", "fullchain")
VERSION = re.compile(rf"(?:{'|'.join(KINDS)})(\d+)\.pem")
PARAMETERS = "[renewalparams]"  # a section that every configuration of certbot's ends with


def clear(host: Host) -> None:
    """Removes the half of a renewal, and puts the half of a first certificate aside."""
    domain = host.config.domain
    conf = host.layout.letsencrypt / "renewal" / f"{domain}.conf"
    conf.with_name(f"{conf.name}.new").unlink(missing_ok=True)
    if conf.exists() and PARAMETERS not in conf.read_text(errors="replace"):
        _put_aside(host)
        return
    live = host.layout.letsencrypt / "live" / domain / store.CHAIN
    archive = host.layout.letsencrypt / "archive" / domain
    current = VERSION.fullmatch(live.readlink().name) if live.is_symlink() else None
    if current:
        _remove_halves(archive, int(current[1]))


def _remove_halves(archive: Path, current: int) -> None:
    versions: dict[int, list[Path]] = {}
    for path in archive.glob("*.pem"):
        if found := VERSION.fullmatch(path.name):
            versions.setdefault(int(found[1]), []).append(path)
    for version, files in versions.items():
        if version > current and not (len(files) == len(KINDS) and all(map(_whole, files))):
            say(f"removing what certbot left half-written: version {version} in {archive}")
            for path in files:
                path.unlink()


def _whole(path: Path) -> bool:
    """Whether a PEM file ends as it should."""
    return path.exists() and path.read_text(errors="replace").rstrip().endswith("-----")


def _put_aside(host: Host) -> None:
    """certbot takes a name whose files are there for another lineage, and makes a second one."""
    domain, letsencrypt = host.config.domain, host.layout.letsencrypt
    mark = f"unfinished-{time.time_ns()}"
    say(f"putting aside what certbot left of a first certificate for {domain}: *.{mark}")
    for path in (
        letsencrypt / "renewal" / f"{domain}.conf",
        letsencrypt / "live" / domain,
        letsencrypt / "archive" / domain,
    ):
        if path.exists():
            path.rename(path.with_name(f"{path.name}.{mark}"))
