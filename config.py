"""pyinfra's own configuration, which it reads first."""

import sys
from pathlib import Path

import click
from pyinfra import config

sys.path.insert(0, str(Path(__file__).resolve().parent))  # before any installed `infra` or `app`
config.SUDO = True  # the login user becomes root

# pyinfra goes on without hosts, and ends with 0, when the inventory is a file that is not there.
if _command := click.get_current_context(silent=True):
    _inventory = _command.params.get("inventory") or ""
    if _inventory.endswith(".py") and not Path(_inventory).exists():
        sys.exit(f"the inventory file {_inventory} does not exist")
