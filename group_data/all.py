"""Read by pyinfra between the inventory and the first connection: the place to refuse settings."""

from pyinfra import inventory as _inventory

from infra.inventory import refuse_wrong as _refuse_wrong

_refuse_wrong((_host.name, _host.data.get("settings")) for _host in _inventory)
