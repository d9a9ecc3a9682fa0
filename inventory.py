"""The hosts, each with its settings (docs/settings.md).

As shipped it names the test host that bin/demo boots. A real host needs five lines:

    ("app.example.org", {
        "ssh_user": "debian",
        "settings": {"domain": "app.example.org", "email": "you@example.org"},
    }),
"""

hosts = [
    (
        "demo",
        {
            "ssh_config_file": ".lab/ssh_config",
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
                "extra_ca_certificates": [".lab/extra-ca.pem"],
            },
        },
    ),
]
