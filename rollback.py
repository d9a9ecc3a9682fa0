"""Go back one release, or to the one that `--data release=ID` names: whole, and without a build."""

from pyinfra import host

from infra import origin
from infra.facts.slipway import SlipwayAnswer
from infra.operations import deploy_lock, switch

found = host.get_fact(SlipwayAnswer, question="release-state")
older = switch.chosen(str(host.data.get("release") or ""), found)

deploy_lock.take(name="Take the deploy lock", by=origin.operator(), purpose="rollback")
switch.roll_back(
    name="Go back to an older release", release=older, by=origin.operator(), revision=""
)
