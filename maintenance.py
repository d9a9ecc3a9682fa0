"""Closes the site with a page and 503, or opens it: `--data maintenance=on` or `=off`."""

from pyinfra import host
from pyinfra.api import DeployError

from infra.operations import slipway

wanted = {True: "on", False: "off"}.get(host.data.get("maintenance"), host.data.get("maintenance"))
if wanted not in {"on", "off"}:
    raise DeployError("add --data maintenance=on or --data maintenance=off to the command")

slipway.ensure(
    name=f"Turn maintenance {wanted}",
    question="maintenance-state",
    wanted={"maintenance": wanted},
    action=f"maintenance-{wanted}",
)
