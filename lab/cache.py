"""Things that take long to make, shared by all clones: complete or absent, and not too old."""

import hashlib
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from lab.paths import CACHE, locked
from lab.progress import LabError, say, stage

FRESH = 30 * 86400  # seconds; after that the security updates are worth the wait
KEEP = 60 * 86400  # an older one may still be served by another clone's mirror


def entry(kind: str, what: str, recipe: str, make: Callable[[Path], None]) -> Path:
    """Give the folder that was made by this recipe, anew when there is none or only an old one."""
    kind = f"{kind}-{hashlib.sha256(recipe.encode()).hexdigest()[:8]}"
    with locked(f"cache-{kind}"):
        made = sorted(CACHE.glob(f"{kind}@*"))
        if made and time.time() - made_at(made[-1]) < FRESH:
            return made[-1]
        CACHE.mkdir(parents=True, exist_ok=True)
        for left in CACHE.glob(f"tmp.{kind}.*"):  # of a run that was killed: we hold the lock
            shutil.rmtree(left, ignore_errors=True)  # its mmdebstrap may be ending just now
        try:
            with stage(f"making {what} (cached for next time)"):
                new = fill(kind, make)
        except LabError as error:
            if not made:
                raise
            say(f"could not make it, so the old one is used: {error}")
            return made[-1]
        drop_old()
        return new


def fill(kind: str, make: Callable[[Path], None]) -> Path:
    """Make an entry under a temporary name, and give it its own when it is complete."""
    folder = Path(tempfile.mkdtemp(prefix=f"tmp.{kind}.", dir=CACHE))
    folder.chmod(0o755)
    try:
        make(folder)
        return folder.rename(CACHE / f"{kind}@{int(time.time())}")
    finally:
        if folder.exists():
            shutil.rmtree(folder)


def drop_old() -> None:
    """Remove what no clone can still be using, of other recipes too."""
    for old in CACHE.glob("[!.]*@*"):
        if time.time() - made_at(old) > KEEP:
            shutil.rmtree(old, ignore_errors=True)  # another run may be removing it too


def made_at(path: Path) -> int:
    """Read the time from an entry's name: a copy or a touch does not change it."""
    return int(path.name.rpartition("@")[2])
