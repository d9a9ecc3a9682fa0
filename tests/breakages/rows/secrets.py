"""Secrets, keys and the ways of alerts."""

from tests.breakages.breakage import Breakage

SECRETS = "/etc/slipway/secrets"

ROWS = [
    Breakage(
        "others may read a secret",
        f"chmod 444 {SECRETS}/secret_key",
        f"test $(stat --format %a {SECRETS}/secret_key) = 440",
        r"/etc/slipway/secrets/secret_key has the mode 444",
    ),
    Breakage(
        "a secret belongs to somebody else",
        f"chown 1000:1000 {SECRETS}/admin_password",
        f"test $(stat --format %u {SECRETS}/admin_password) = 0",
        r"admin_password has the mode \d+ and belongs to 1000",
    ),
    Breakage(
        "the folder of secrets is open",
        f"chmod 755 {SECRETS}",
        f"test $(stat --format %a {SECRETS}) = 700",
        r"/etc/slipway/secrets has the mode 755",
    ),
    Breakage(
        "a secret lies there that the settings do not name",
        f"echo x > {SECRETS}/of_before",
        f"! test -e {SECRETS}/of_before",
        r"of_before was not put there",
    ),
    Breakage(
        "others may read the private key",
        "chmod 644 /var/lib/slipway/tls/$domain/privkey.pem",
        "test $(stat --format %a -L /var/lib/slipway/tls/$domain/privkey.pem) = 640",
        r"privkey\.pem has the mode 644",
    ),
    Breakage(
        "others may read what alerts need",
        "chmod 644 /etc/slipway/alerts.json",
        "test $(stat --format %a /etc/slipway/alerts.json) = 600",
        r"alerts\.json has the mode 644",
        touches="alerts",
    ),
    Breakage(
        "the ways of alerts are emptied",
        ": > /etc/slipway/alerts.json",
        "grep -q command /etc/slipway/alerts.json",
        r"alerts\.json (has other content|cannot be read)",
        touches="alerts",
    ),
    Breakage(
        "the programs of alerts lead elsewhere",
        "ln --symbolic --force --no-dereference /tmp /opt/slipway/alert-programs/current",
        "test -d /opt/slipway/alert-programs/current/onhost/alerts",
        r"/opt/slipway/alert-programs/current leads to /tmp",
        alone=True,
    ),
]
