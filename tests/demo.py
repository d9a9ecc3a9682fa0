"""The inventory of bin/demo's test host.

The tests read it, too, and never `inventory.py`: hosts of an operator's stand there.
"""

from pathlib import Path
from typing import Any

LAB = Path(__file__).resolve().parent.parent / ".lab"

hosts: list[tuple[str, dict[str, Any]]] = [
    (
        "demo",
        {
            "ssh_config_file": ".lab/ssh_config",
            # pyinfra cannot read a path with spaces from the config.
            "ssh_known_hosts_file": ".lab/known_hosts",
            "ssh_strict_host_key_checking": "yes",
            "verify_ca_file": ".lab/ca.pem",  # what the tests trust; public CAs need no such line
            "settings": {
                "domain": "demo.slipway.test",
                "email": "operator@example.org",
                # Of a profile, since the test CA takes any of its own for an order that names none.
                "certificate": {
                    "acme_directory": "https://acme.slipway.test:14000/dir",
                    "profile": "classic",
                },
                "docker": {"registry_mirror": "https://mirror.slipway.test:5000"},
                "extra_ca_certificates": [str(LAB / "extra-ca.pem")],
            },
        },
    ),
]
