"""Read by pyinfra between the inventory and the first connection: the place to refuse settings."""

from pathlib import Path

from click import get_current_context
from pyinfra import inventory

from infra.application import report
from infra.operator import connection
from infra.settings import refuse_wrong

__all__ = ["inventory_folder"]

# Data of every host: relative paths in its settings start there. pyinfra hands the path to nobody;
# click, which reads its command line, knows it.
params = get_current_context().params
inventory_folder = str(Path(params["inventory"]).resolve().parent)
deploys = "deploy.py" in params["operations"]  # and not a rollback, or a question

refuse_wrong(
    ((host.name, host.data.get("settings")) for host in inventory),
    folder=Path(inventory_folder),
    also=[line for host in inventory for line in connection.refusals(host.name, host.data)],
    check=report.say if deploys else lambda _name, _settings: None,
)
