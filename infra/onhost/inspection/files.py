"""Files, directories and links: content, mode and owner, and none beside them in our folders."""

from collections.abc import Iterator
from pathlib import Path

from .. import manifest
from ..command import Failure
from ..config import Host
from ..difference import Difference
from ..processes import timers
from ..releases import release, static_files

SECRETS = "secrets"  # a release's copies
UNPUT = "was not put there by a deploy"


def differences(host: Host) -> Iterator[Difference]:
    """What differs from the manifest of the host."""
    try:
        wanted = manifest.load(host.layout.manifest)
    except Failure as failure:
        yield Difference(str(host.layout.manifest), str(failure))
        return
    yield from _states(wanted.files)
    for link, target in wanted.links.items():
        found = Path(link).readlink() if Path(link).is_symlink() else None
        if str(found) != target:
            leads = f"leads to {found}" if found else "is no link"
            yield Difference(link, f"{leads}, not to {target}")
    for path in surplus(host, wanted):
        yield Difference(str(path), UNPUT)


def of_release(host: Host) -> Iterator[Difference]:
    """What differs from the manifest of the current release."""
    current = release.current(host)
    if not current:
        return
    try:
        wanted = manifest.of_release(release.folder(host, current))
    except Failure as failure:
        yield Difference(f"release {current}:", str(failure))
        return
    yield from _states(wanted)
    for path in surplus_of_release(host, current, wanted):
        yield Difference(str(path), UNPUT)


def _states(files: dict[str, str]) -> Iterator[Difference]:
    for path, wanted in files.items():
        found = manifest.state(Path(path))
        if found != wanted:
            yield Difference(path, manifest.described(found, wanted))


def surplus(host: Host, wanted: manifest.Manifest) -> list[Path]:
    """Files in folders of ours that no deploy has put there."""
    layout = host.layout
    programs = Path(wanted.links.get(str(layout.current_programs), layout.programs / "none"))
    secrets = {layout.secrets / name for name in host.config.secrets}
    known = {*map(Path, wanted.files), *map(Path, wanted.links), *secrets, layout.redis_users}
    known |= set(timers.present(host))  # written by a switch; the watchdog looks after them
    places = [
        *((folder, "**/*") for folder in (layout.base, layout.nginx, programs)),
        *((folder, "*") for folder in (layout.config, layout.secrets, layout.given_certificate)),
        (layout.redis_users.parent, "*"),
        (layout.units, "slipway*"),
        (layout.ca_certificates, "slipway*"),
    ]
    found = {path for folder, pattern in places for path in folder.glob(pattern)}
    return sorted(path for path in found - known if _counts(path))


def surplus_of_release(host: Host, name: str, wanted: dict[str, str]) -> list[Path]:
    """The same for the directory of a release, which keeps its secrets and its lists, too."""
    folder = release.folder(host, name)
    own = (manifest.NAME, static_files.LIST, release.ENVIRONMENT)
    known = {*map(Path, wanted), *(folder / name for name in own)}
    found = set(folder.glob("**/*")) - known
    return sorted(path for path in found if _counts(path) and path.parent != folder / SECRETS)


def _counts(path: Path) -> bool:
    """Whether it is a file of somebody's: Python and an interrupted write leave others."""
    passing = path.suffix == ".pyc" or (path.name.startswith(".") and path.suffix == ".new")
    return not passing and (path.is_symlink() or not path.is_dir())
