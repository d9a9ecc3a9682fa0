"""nginx: its files, what it has loaded, its container."""

from tests.breakages.breakage import Breakage

CONF = "/opt/slipway/nginx"
OLD = "openssl s_client -connect 127.0.0.1:443 -servername $domain -tls1_1 -cipher ALL:@SECLEVEL=0"
SPEAKS_OLD = f"{OLD} </dev/null >/dev/null 2>&1"
WEAKEN = (
    f"sed -i 's/ssl_protocols .*/ssl_protocols TLSv1.1 TLSv1.2 TLSv1.3;/;"
    f" s/ssl_ciphers .*/ssl_ciphers ALL:@SECLEVEL=0;/' {CONF}/nginx.conf"
)
UP = "docker compose --file /opt/slipway/base/compose.yaml up --detach nginx"

ROWS = [
    Breakage(
        "nginx.conf allows TLS 1.1, and is loaded",
        f"{WEAKEN}; reload",
        f"! {SPEAKS_OLD}",
        r"nginx\.conf has other content|nginx speaks TLSv1\.1",
        touches="nginx.conf",
    ),
    Breakage(
        "nginx has loaded TLS 1.1 from a file that was put back",
        f"cp {CONF}/nginx.conf /tmp/kept; {WEAKEN}; reload; cp /tmp/kept {CONF}/nginx.conf",
        f"! {SPEAKS_OLD}",
        r"nginx has not loaded its files|nginx speaks TLSv1\.1",
        touches="nginx.conf",
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
        f"cp {CONF}/nginx.conf /tmp/kept; {WEAKEN}; docker restart $nginx; sleep 3;"
        f" cp /tmp/kept {CONF}/nginx.conf",
        f"! {SPEAKS_OLD}",
        r"nginx has not loaded its files|nginx speaks TLSv1\.1",
        touches="nginx.conf",
        alone=True,
    ),
    Breakage(
        "nginx is removed",
        "docker rm --force $nginx",
        "runs $nginx && ask /healthz | head -n 1 | grep -q 200",
        r"slipway-base-nginx has no container",
        alone=True,
    ),
    Breakage(
        "nginx is paused",
        "docker pause $nginx",
        "runs $nginx && ask /healthz | head -n 1 | grep -q 200",
        r"slipway-base-nginx-1 is paused",
        alone=True,
    ),
    Breakage(
        "nginx is stopped",
        "docker stop $nginx",
        "runs $nginx && ask /healthz | head -n 1 | grep -q 200",
        r"slipway-base-nginx-1 (does not run|is exited)",
        alone=True,
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
        alone=True,
    ),
    Breakage(
        "nginx sees the whole host",
        "sed -i '0,/:ro$/s//:ro\\n      - \\/:\\/host:ro/' /opt/slipway/base/compose.yaml;"
        f" {UP}; sleep 3",
        "! container $nginx '.HostConfig.Binds' | grep -q /host",
        r"base/compose\.yaml has other content|has other mounts",
        alone=True,
    ),
    Breakage(
        "nginx' folder was replaced by a copy of it",
        f"cp -a {CONF} {CONF}.copy; mv {CONF} /tmp/nginx-of-before; mv {CONF}.copy {CONF}",
        f"test $(stat --format %i {CONF}) ="
        f" $(stat --format %i /proc/$(container $nginx .State.Pid)/root{CONF})",
        r"sees files that are not those on the host",
        alone=True,
    ),
]
