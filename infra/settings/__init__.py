"""The settings of a host: one frozen model, validated before any host is touched.

The host's own settings are in host.py, each section is in a module of its name in sections/.
"""

from infra.settings.fields.numbers import megabytes
from infra.settings.host import Settings
from infra.settings.inventory import SettingsError, load, load_host, refuse_wrong
from infra.settings.sections.app import REDIS_URL, RESERVED_VARIABLES, secret_variable
from infra.settings.sections.processes import Process

__all__ = [
    "REDIS_URL",
    "RESERVED_VARIABLES",
    "Process",
    "Settings",
    "SettingsError",
    "load",
    "load_host",
    "megabytes",
    "refuse_wrong",
    "secret_variable",
]
