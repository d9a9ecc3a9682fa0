"""Go back one release, or to the one that `--data release=ID` names: whole, and without a build."""

from pyinfra import host

from infra import origin
from infra.operations.release import back

back(
    name="Go back to an older release",
    release=str(host.data.get("release") or ""),
    by=origin.operator(),
    revision="",
)
