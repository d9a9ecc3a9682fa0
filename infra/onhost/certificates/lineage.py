"""certbot's files of the site's certificate, apart from those that others have on the host.

They have a directory of certbot's of their own: the host's certbot, if there is one, renews what it
has issued and never sees this one, nor does ours see the host's.
"""

import re
import shutil
import time
from collections.abc import Mapping
from pathlib import Path

from ..command import replace, run, say, succeeds
from ..config import Host

KINDS = ("cert", "privkey", "chain", "fullchain")
HOST_TIMER = "certbot.timer"  # of the distribution's certbot


def directory(host: Host) -> Path:
    """Where the certificate is: links to its versions in the archive."""
    return host.layout.letsencrypt / "live" / host.config.domain


def renewal(host: Host) -> Path:
    """What certbot remembers for its renewal."""
    return host.layout.letsencrypt / "renewal" / f"{host.config.domain}.conf"


def foreign(host: Host) -> list[Path]:
    """Slipway's certificates among those of the host, where earlier versions had them."""
    hook = f"{host.layout.command} certificate-install"
    found = (host.layout.host_letsencrypt / "renewal").glob("*.conf")
    return sorted(path for path in found if hook in path.read_text(errors="replace"))


def take_over(host: Host) -> None:
    """Moves Slipway's certificates and accounts out of the host's directory of certbot's.

    The host's own timer, which an earlier version has masked, runs again.
    """
    found = foreign(host)
    if not found:
        return
    for conf in found:
        name, old = conf.stem, host.layout.host_letsencrypt
        say(f"moving the certificate of {name} from {old} to {host.layout.letsencrypt}")
        _move(host, conf)
        conf.unlink()  # first: without it certbot takes the rest for nothing
        for folder in ("live", "archive"):
            shutil.rmtree(old / folder / name, ignore_errors=True)
    masked = run("systemctl", "show", "--property=LoadState", "--value", HOST_TIMER).strip()
    if masked == "masked":
        run("systemctl", "unmask", "--quiet", HOST_TIMER)
        if succeeds("systemctl", "cat", HOST_TIMER):  # it may have been removed since
            say(f"{HOST_TIMER} renews the host's other certificates again")
            run("systemctl", "enable", "--now", "--quiet", HOST_TIMER)


def _move(host: Host, conf: Path) -> None:
    """Copies one certificate, its renewal last: a copy that was killed begins again."""
    old, new = host.layout.host_letsencrypt, host.layout.letsencrypt
    target = new / "renewal" / conf.name
    if target.exists():
        return
    given = _contents(old / "live" / conf.stem)
    if given is None:
        say(f"{old}/live/{conf.stem} has no whole certificate: another one is asked for")
        return
    if (old / "accounts").exists():
        shutil.copytree(old / "accounts", new / "accounts", dirs_exist_ok=True)
    _put(new, conf.stem, given)
    target.parent.mkdir(parents=True, exist_ok=True)
    replace(target, conf.read_text().replace(f"{old}/", f"{new}/").encode())


def whole(host: Host) -> bool:
    """Whether certbot can read what is there; also when nothing is there yet."""
    links = [directory(host) / f"{kind}.pem" for kind in KINDS]
    if not renewal(host).exists() and not directory(host).exists():
        return True
    return renewal(host).exists() and all(link.is_symlink() and link.exists() for link in links)


def mend(host: Host) -> None:
    """Makes the links again that a backup without links has lost, or puts aside what is no use.

    certbot would ask the CA first and find only then that it cannot keep the answer.
    """
    if whole(host):
        return
    given = _contents(directory(host))
    if renewal(host).exists() and given is not None:
        say(f"{directory(host)} has files in place of links: making the links again")
        _put(host.layout.letsencrypt, host.config.domain, given)
        return
    aside = host.layout.letsencrypt / f"aside-{time.time_ns()}"
    say(f"{directory(host)} is not whole: putting what is left of it into {aside}")
    for path in (
        *(host.layout.letsencrypt / folder / host.config.domain for folder in ("live", "archive")),
        renewal(host),
    ):
        if path.exists():
            target = aside / path.parent.name / path.name
            target.parent.mkdir(parents=True, exist_ok=True)
            path.rename(target)


def _contents(live: Path) -> dict[str, bytes] | None:
    """The four files of a certificate, with or without links; None unless all are there."""
    try:
        return {kind: (live / f"{kind}.pem").read_bytes() for kind in KINDS}
    except OSError:
        return None


def _put(root: Path, name: str, given: Mapping[str, bytes]) -> None:
    """Adds a version to the archive, and has the links lead to it."""
    archive, live = root / "archive" / name, root / "live" / name
    for folder in (archive, live):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.parent.chmod(0o700)
    versions = (re.fullmatch(r"[a-z]+(\d+)\.pem", path.name) for path in archive.iterdir())
    number = max((int(found[1]) for found in versions if found), default=0) + 1
    for kind, content in given.items():
        replace(archive / f"{kind}{number}.pem", content, 0o600 if kind == "privkey" else 0o644)
    for kind in given:
        link = live / f".{kind}.pem.new"
        link.unlink(missing_ok=True)
        link.symlink_to(Path("..", "..", "archive", name, f"{kind}{number}.pem"))
        link.rename(live / f"{kind}.pem")
