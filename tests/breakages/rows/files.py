"""Files: programs, settings, static files, certbot, trust."""

from tests.breakages.breakage import Breakage

PACKAGES = "/opt/certbot/lib/python3*/site-packages"
STYLE = "\"$(find /var/lib/slipway/static -name '*.css' | sort | head -n 1)\""
CAS = "/usr/local/share/ca-certificates"
BUNDLE = "/etc/ssl/certs/ca-certificates.crt"

ROWS = [
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
        "a program of Slipway has a syntax error",
        "echo '(' >> /opt/slipway/programs/current/onhost/command.py",
        "slipway release-state",
        r"command\.py|are not those of the deploy",
        alone=True,
    ),
    Breakage(
        "the settings of the host's programs are emptied",
        ": > /etc/slipway/host.json",
        "slipway release-state",
        r"host\.json",
        alone=True,
    ),
    Breakage(
        "the command slipway is gone",
        "rm /usr/local/sbin/slipway",
        "slipway release-state",
        r"slipway: (command )?not found|slipway-\w+\.service failed",
        alone=True,
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
        touches="static",
    ),
    Breakage(
        "the static files are deleted",
        "rm -r /var/lib/slipway/static/*",
        f"test -n {STYLE}",
        r"static/.* is missing",
        touches="static",
    ),
    Breakage(
        "a renewed certificate would not be installed",
        "sed -i '/^renew_hook/d' /etc/letsencrypt/slipway/renewal/$domain.conf",
        "grep -q ^renew_hook /etc/letsencrypt/slipway/renewal/$domain.conf",
        r"does not say renew_hook",
        touches="renewal-notes",
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
        "a CA of the settings is removed, and trusted no more",
        f"rm {CAS}/slipway-*.crt; update-ca-certificates --fresh",
        f"ls {CAS}/slipway-*.crt",
        r"slipway-\w+\.crt is missing",
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
