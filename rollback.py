"""Go back one release, or to the one that `--data release=ID` names: whole, and without a build."""

from pyinfra import host

from infra import origin
from infra.facts.host import SlipwayState
from infra.operations.release import back, chosen

found = host.get_fact(SlipwayState, question="release-state")

back(
    name="Go back to an older release",
    release=chosen(str(host.data.get("release") or ""), found),
    by=origin.operator(),
    revision="",
)
