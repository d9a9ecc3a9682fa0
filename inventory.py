"""The hosts, each with its settings (docs/settings.md).

As shipped it names the test host that bin/demo boots. In place of that line, a host of your own:

hosts = [
    ("app.example.org", {
        "ssh_user": "debian",
        "settings": {"domain": "app.example.org", "email": "you@example.org"},
    }),
]
"""

from tests.demo import hosts  # noqa: F401  read by pyinfra
