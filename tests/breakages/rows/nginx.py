"""nginx: its files, what it has loaded, its container."""

from tests.breakages.breakage import Breakage

CONF = "/opt/slipway/nginx"
WEAKEN = (
    f"sed -i 's/ssl_protocols .*/ssl_protocols TLSv1.1 TLSv1.2 TLSv1.3;/;"
    f" s/ssl_ciphers .*/ssl_ciphers ALL:@SECLEVEL=0;/' {CONF}/nginx.conf"
)
TLS = "/var/lib/slipway/tls/$domain"
# As a cloud's firewall does: the host itself gets through.
CLOSED = "INPUT ! --in-interface lo --protocol tcp --dport 443 --jump DROP"
UP = "docker compose --file /opt/slipway/base/compose.yaml up --detach nginx"
ALL = "nginx nginx.conf headers routes"  # what else cannot be told while nginx is not itself

ROWS = [
    Breakage(
        "nginx.conf allows TLS 1.1, and is loaded",
        f"{WEAKEN}; reload; wait_for speaks_old",
        "! speaks_old",
        r"nginx\.conf has other content|nginx speaks TLSv1\.1",
        touches="nginx.conf",
    ),
    Breakage(
        "nginx has loaded TLS 1.1 from a file that was put back",
        f"cp {CONF}/nginx.conf /tmp/kept; {WEAKEN}; reload; wait_for speaks_old;"
        f" cp /tmp/kept {CONF}/nginx.conf",
        "! speaks_old",
        r"nginx has not loaded its files|nginx speaks TLSv1\.1",
        touches="nginx.conf",
    ),
    Breakage(
        "nginx.conf allows TLS 1.1, and nginx crashes",
        f"{WEAKEN}; kill -9 $(container $nginx .State.Pid); wait_for speaks_old",
        "! speaks_old",
        r"nginx\.conf has other content|nginx speaks TLSv1\.1",
        touches="nginx.conf",
    ),
    Breakage(
        "headers.conf is emptied, and a renewal comes",
        f"echo > {CONF}/headers.conf; slipway certificate-renew",
        f"grep -qi strict-transport-security {CONF}/headers.conf"
        " && ask / | grep -qi ^strict-transport-security",
        r"headers\.conf has other content",
        touches="headers",
    ),
    Breakage(
        "HSTS is dropped from headers.conf, and that is loaded",
        f"echo > {CONF}/headers.conf; reload",
        "ask / | grep -qi ^strict-transport-security",
        r"headers\.conf has other content",
        touches="headers",
    ),
    Breakage(
        "the virtual hosts tell of no HSTS, and are loaded",
        'sed -i \'s/default "max-age.*/default "";/\' /var/lib/slipway/tls/servers.conf; reload',
        "ask / | grep -qi ^strict-transport-security",
        r"nginx has not loaded its files",
        touches="headers",
    ),
    Breakage(
        "the release's routes open a private path, and are loaded",
        "sed -i 's/return 404;/return 204;/' /var/lib/slipway/web/$release/routes.conf; reload",
        "ask /metrics | head -n 1 | grep -q 404",
        r"routes\.conf has other content",
        touches="routes",
    ),
    Breakage(
        "nginx was restarted with a file that was put back",
        f"cp {CONF}/nginx.conf /tmp/kept; {WEAKEN}; docker restart $nginx; wait_for answers;"
        f" cp /tmp/kept {CONF}/nginx.conf",
        "! speaks_old",
        r"nginx has not loaded its files|nginx speaks TLSv1\.1",
        touches=ALL,
    ),
    Breakage(
        "nginx is removed",
        "docker rm --force $nginx",
        "runs $nginx && serves",
        r"slipway-base-nginx has no container",
        touches=ALL,
    ),
    Breakage(
        "nginx is paused",
        "docker pause $nginx",
        "runs $nginx && serves",
        r"slipway-base-nginx-1 is paused",
        touches=ALL,
    ),
    Breakage(
        "nginx is stopped",
        "docker stop $nginx",
        "runs $nginx && serves",
        r"slipway-base-nginx-1 (does not run|is exited)",
        touches=ALL,
    ),
    Breakage(
        "a firewall closes port 443",
        f"iptables --insert {CLOSED}",
        f"! iptables --check {CLOSED}",
        r"nobody reaches it|timed out|TimeoutError",
        mended=False,
        undo=f"iptables --delete {CLOSED}",
        test="tests/host/test_http.py::test_the_application_says_that_it_is_alive",
        touches="firewall nginx web",
    ),
    Breakage(
        "the private key of the certificate is gone",
        "rm /var/lib/slipway/tls/$domain/privkey.pem",
        "test -s /var/lib/slipway/tls/$domain/privkey.pem",
        r"privkey\.pem is missing",
        touches=ALL,
    ),
    Breakage(
        "nginx serves a certificate of somebody's",
        "openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=$domain -keyout /tmp/key -out /tmp/pem"
        f" 2>/dev/null; cat /tmp/key > {TLS}/privkey.pem; cat /tmp/pem > {TLS}/fullchain.pem;"
        " reload; wait_for served_by_itself",
        "! served_by_itself",
        r"not installed|'installed': False|no longer trusts|self.signed",
        test="tests/host/test_certificate.py",
        touches=ALL,
    ),
    Breakage(
        "nginx has another memory limit",
        "docker update --memory 600m --memory-swap 600m $nginx",
        "test $(container $nginx .HostConfig.Memory) -lt 600000000",
        r"slipway-base-nginx-1 has Memory",
        touches="nginx",
    ),
    Breakage(
        "nginx is not restarted when it crashes",
        "docker update --restart no $nginx",
        "test $(container $nginx .HostConfig.RestartPolicy.Name) = unless-stopped",
        r"slipway-base-nginx-1 has the restart policy no",
        touches="nginx",
    ),
    Breakage(
        "nginx has capabilities from a file that was put back",
        "cp /opt/slipway/base/compose.yaml /tmp/kept.yaml;"
        f" sed -i 's/cap_drop: .ALL.*/cap_add: [NET_ADMIN]/' /opt/slipway/base/compose.yaml; {UP};"
        " cp /tmp/kept.yaml /opt/slipway/base/compose.yaml; sleep 3",
        "test \"$(container $nginx .HostConfig.CapDrop)\" = '[ALL]'",
        r"slipway-base-nginx-1 has Cap",
        touches=ALL,
    ),
    Breakage(
        "nginx sees the whole host",
        "sed -i '0,/:ro$/s//:ro\\n      - \\/:\\/host:ro/' /opt/slipway/base/compose.yaml;"
        f" {UP}; sleep 3",
        "! container $nginx '.HostConfig.Binds' | grep -q /host",
        r"base/compose\.yaml has other content|has other mounts",
        touches=ALL,
    ),
    Breakage(
        "nginx' folder was replaced by a copy of it",
        f"cp -a {CONF} {CONF}.copy; mv {CONF} /tmp/nginx-of-before; mv {CONF}.copy {CONF}",
        f"test $(stat --format %i {CONF}) ="
        f" $(stat --format %i /proc/$(container $nginx .State.Pid)/root{CONF})",
        r"sees files that are not those on the host",
        touches=ALL,
    ),
]
