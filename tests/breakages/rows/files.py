"""Files: secrets, keys, programs, certbot, trust."""

from tests.breakages.breakage import Breakage

SECRETS = "/etc/slipway/secrets"
PACKAGES = "/opt/certbot/lib/python3*/site-packages"
STYLE = "$(find /var/lib/slipway/static -name '*.css' | sort | head -n 1)"
BUNDLE = "/etc/ssl/certs/ca-certificates.crt"

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
    ),
    Breakage(
        "a program of Slipway is edited",
        "echo '# edited' >> /opt/slipway/programs/current/onhost/releases/prune.py",
        "! grep -q '# edited' /opt/slipway/programs/current/onhost/releases/prune.py",
        r"prune\.py has other content",
    ),
    Breakage(
        "the settings of the host's programs are edited",
        'sed -i \'s/"keep_releases": [0-9]*/"keep_releases": 2/\' /etc/slipway/host.json',
        "! grep -q '\"keep_releases\": 2' /etc/slipway/host.json",
        r"host\.json has other content",
    ),
    Breakage(
        "a file lies among nginx' own",
        "echo '# of somebody' > /opt/slipway/nginx/other.conf",
        "! test -e /opt/slipway/nginx/other.conf",
        r"other\.conf was not put there",
        touches="headers",
    ),
    Breakage(
        "a static file is edited",
        f"echo edited >> {STYLE}",
        f"! grep -q ^edited {STYLE}",
        r"static/.* has other content",
    ),
    Breakage(
        "a renewed certificate would not be installed",
        "sed -i '/^renew_hook/d' /etc/letsencrypt/slipway/renewal/$domain.conf",
        "grep -q ^renew_hook /etc/letsencrypt/slipway/renewal/$domain.conf",
        r"does not say renew_hook",
    ),
    Breakage(
        "the manifest is emptied",
        "echo > /opt/slipway/manifest.json",
        "grep -q files /opt/slipway/manifest.json",
        r"manifest\.json cannot be read",
        alone=True,
    ),
    Breakage(
        "certbot's environment is emptied behind its link",
        "rm -r /opt/certbot/*",
        "/opt/certbot/bin/certbot --version",
        r"/opt/slipway/certbot/\w+ has no Python",
        touches="certbot",
    ),
    Breakage(
        "a package of certbot's is gone",
        f"rm -r {PACKAGES}/acme",
        "/opt/certbot/bin/certbot --version",
        r"/opt/slipway/certbot/\w+ lacks .* of acme",
        touches="certbot",
    ),
    Breakage(
        "the link to certbot leads elsewhere",
        "ln --symbolic --force --no-dereference /tmp /opt/certbot",
        "/opt/certbot/bin/certbot --version",
        r"/opt/certbot leads to /tmp",
        touches="certbot",
    ),
    Breakage(
        "a CA is missing in the bundle of trust",
        f"head -n 2000 {BUNDLE} > /tmp/bundle; cat /tmp/bundle > {BUNDLE}",
        f"test $(wc --lines < {BUNDLE}) -gt 2100",
        r"ca-certificates\.crt lacks \d+ CAs",
        touches="trust",
    ),
    Breakage(
        "a CA of nobody's is trusted",
        "openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=nobody -keyout /dev/null"
        f" 2>/dev/null >> {BUNDLE}",
        f"! openssl crl2pkcs7 -nocrl -certfile {BUNDLE} | openssl pkcs7 -print_certs -noout |"
        " grep -q nobody",
        r"ca-certificates\.crt trusts 1 CAs",
        touches="trust",
    ),
]
