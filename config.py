"""pyinfra's own configuration, which it reads first."""

import sys
from pathlib import Path

import click
from pyinfra import config

sys.path.insert(0, str(Path(__file__).resolve().parent))  # before any installed `infra` or `app`
from infra.operations import exit_code
from infra.operator import inventory_file, questions

config.SUDO = True  # the login user becomes root
config.ENV = {"LC_ALL": "C.UTF-8"}  # what programs say is read, in a language that every host has
questions.answer()

# pyinfra goes on without hosts, and ends with 0, when the inventory is a file that is not there.
if _command := click.get_current_context(silent=True):
    exit_code.pass_on(_command)
    _inventory = _command.params.get("inventory") or ""
    if Path(_inventory).exists():
        try:
            inventory_file.check(_inventory)
        except inventory_file.InventoryFileError as error:
            sys.exit(f"{error}\nNothing was changed.")
    elif _inventory.endswith(".py"):
        sys.exit(f"the inventory file {_inventory} does not exist")
