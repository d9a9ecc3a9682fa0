"""Where everything stands on a host, and who owns it: the one home of paths, names and user ids."""

from dataclasses import dataclass
from pathlib import Path


class _Below:
    """A path below the root of the host."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __get__(self, layout: "Layout", _: type) -> Path:
        return layout.root / self._path


@dataclass(frozen=True)
class Layout:
    """The paths on a host whose files stand below `root`."""

    root: Path

    # What a deploy writes, and nobody else.
    home = _Below("opt/slipway")
    base = _Below("opt/slipway/base")
    base_compose = _Below("opt/slipway/base/compose.yaml")
    standby_compose = _Below("opt/slipway/base/bridge.yaml")
    nginx = _Below("opt/slipway/nginx")
    nginx_configuration = _Below("opt/slipway/nginx/nginx.conf")
    nginx_headers = _Below("opt/slipway/nginx/headers.conf")  # of every answer over HTTPS
    nginx_errors = _Below("opt/slipway/nginx/errors.conf")  # which answers are nginx' own
    nginx_pages = _Below("opt/slipway/nginx/pages.conf")  # what these say
    nginx_site = _Below("opt/slipway/nginx/site.conf")  # shared by the site's virtual hosts
    nginx_ipv6 = _Below("opt/slipway/nginx/ipv6")  # what to listen on, where there is IPv6
    nginx_routes = _Below("opt/slipway/nginx/routes.conf")  # leads to the current release's routes
    releases = _Below("opt/slipway/releases")
    images = _Below("opt/slipway/images")  # a file for each tag: the id that was built
    manifest = _Below("opt/slipway/manifest.json")  # what the last deploy put
    programs = _Below("opt/slipway/programs")  # a directory for each digest
    current_programs = _Below("opt/slipway/programs/current")  # a link to one of them
    # What sends alerts has programs of its own: it also tells that the others are broken.
    alert_programs = _Below("opt/slipway/alert-programs")
    current_alert_programs = _Below("opt/slipway/alert-programs/current")
    # The programs of version 0.1: containers of its releases run one of them.
    library_0_1 = _Below("opt/slipway/lib")
    certbot_venvs = _Below("opt/slipway/certbot")
    certbot = _Below("opt/certbot")  # a link to one of certbot_venvs
    command = _Below("usr/local/sbin/slipway")
    units = _Below("etc/systemd/system")
    wanted_units = _Below("etc/systemd/system/multi-user.target.wants")
    sysctl = _Below("etc/sysctl.d/60-slipway.conf")

    # What the operator may want to read or back up.
    config = _Below("etc/slipway")
    host_config = _Below("etc/slipway/host.json")
    secrets = _Below("etc/slipway/secrets")
    redis_users = _Below("etc/slipway/redis/users.acl")
    given_certificate = _Below("etc/slipway/certificate")  # the operator's own
    external_account = _Below("etc/slipway/external-account.ini")  # certbot's options, with a key
    alerts = _Below("etc/slipway/alerts.json")
    # certbot's directories of our own; those above are the host's certbot's, if there is one.
    letsencrypt = _Below("etc/letsencrypt/slipway")
    certbot_work = _Below("var/lib/letsencrypt/slipway")
    certbot_logs = _Below("var/log/letsencrypt/slipway")
    certbot_log = _Below("var/log/letsencrypt/slipway/letsencrypt.log")  # of its last run
    host_letsencrypt = _Below("etc/letsencrypt")
    ca_certificates = _Below("usr/local/share/ca-certificates")
    ca_bundle = _Below("etc/ssl/certs/ca-certificates.crt")

    # What others on the host have.
    docker_socket = _Below("run/docker.sock")
    docker = _Below("var/lib/docker")
    resolv_conf = _Below("etc/resolv.conf")
    resolved_conf = _Below("run/systemd/resolve/resolv.conf")

    # What changes while the host runs.
    state = _Below("var/lib/slipway")
    web = _Below("var/lib/slipway/web")  # a directory for each release: its site, its socket
    current = _Below("var/lib/slipway/web/current")  # a link to one of them: what nginx serves
    current_routes = _Below("var/lib/slipway/web/current/routes.conf")
    redis_sockets = _Below("var/lib/slipway/redis")
    redis_socket = _Below("var/lib/slipway/redis/redis.sock")
    webroot = _Below("var/lib/slipway/webroot")
    singles = _Below("var/lib/slipway/singles")  # a folder for each, whose lock one container has
    spool = _Below("var/lib/slipway/spool")  # what waits in nginx: bodies, and answers taken slowly
    static = _Below("var/lib/slipway/static")  # finished static files of the last releases
    volumes = _Below("var/lib/slipway/volumes")  # the application's own
    tls = _Below("var/lib/slipway/tls")  # certificates that nginx reads, a directory for each name
    virtual_hosts = _Below("var/lib/slipway/tls/servers.conf")  # which name has which certificate
    nginx_mark = _Below("var/lib/slipway/tls/loaded.conf")  # what nginx says of what it has loaded
    self_signed = _Below("var/lib/slipway/self-signed")
    attempts = _Below("var/lib/slipway/issued.jsonl")  # orders at the CA, and their results
    maintenance = _Below("var/lib/slipway/maintenance")
    maintenance_flag = _Below("var/lib/slipway/maintenance/on")
    history = _Below("var/lib/slipway/history.jsonl")
    applied = _Below("var/lib/slipway/applied")
    dockerd_applied = _Below("var/lib/slipway/applied/dockerd.json")  # what it was told
    base_applied = _Below("var/lib/slipway/applied/base.json")
    base_downtime = _Below("var/lib/slipway/applied/base-cost")  # of the last change
    loaded_routes = _Below("var/lib/slipway/applied/routes")  # that nginx has loaded, if known
    loaded_virtual_hosts = _Below("var/lib/slipway/applied/servers.conf")
    reached = _Below("var/lib/slipway/applied/reached.json")  # from a container's network, once
    put_aside = _Below("var/lib/slipway/put-aside")  # others' files from folders of ours
    renewal_postponed = _Below("var/lib/slipway/applied/certificate-put-off")  # why
    docker_config = _Below("etc/docker/daemon.json")
    compose_cache = _Below("run/slipway-compose")  # what compose reads from its files
    nginx_lock = _Below("run/slipway-nginx.lock")  # while it is told to load
    alerts_copy = _Below("var/lib/slipway/alerts.json")  # in case the first cannot be read
    lock = _Below("run/slipway.lock")  # of switches
    deploy_lock = _Below("run/slipway-deploy.lock")
    draining_workers = _Below("run/slipway-told")  # the workers that were told to stop
    draining_lock = _Below("run/slipway-told.lock")  # of that file
    certbot_lock = _Below("run/slipway-certbot.lock")  # while it is installed
    certificate_lock = _Below("run/slipway-certificate.lock")
    noticed = _Below("run/slipway-site.json")  # what the look of each minute remembers
    alerted = _Below("run/slipway-alerted")  # a file for each unit with a recent alert
    pending_alerts = _Below("run/slipway-alerts")  # that nobody has taken yet
    watchdog_memory = _Below("run/slipway-watchdog.json")  # what it tried; new after each look
    guard_memory = _Below("run/slipway-guard.json")


LAYOUT = Layout(Path("/"))  # of a host, as it sees itself

# Paths inside the containers.
CONTAINER_SECRETS = Path("/run/secrets")
CONTAINER_SOCKETS = Path("/run/web")
CONTAINER_REDIS_DATA = Path("/data")
CONTAINER_ACCEPTANCE = Path("/srv/acceptance")
CONTAINER_TRUST = Path("/run/trust.pem")
CONTAINER_START = Path("/run/start.py")  # starts a process
CONTAINER_SINGLE = Path("/run/single")  # the folder that is locked
CONTAINER_HEALTH_CHECK = Path("/run/health")  # a directory that Python runs
CONTAINER_STEADY_RQ = Path("/run/steady_rq")  # another, for images that are the application's own
CONTAINER_SPOOL = Path("/var/tmp")  # noqa: S108  on disk: what is too large for /tmp, in memory

# Numeric users and groups of the containers; none of them has an account on the host.
APP_UID = 10001
NGINX_UID = 10002
REDIS_UID = 10003
ACCEPTANCE_UID = 10004
WEB_SOCKET_GID = 10011  # the application writes the socket, nginx connects to it
REDIS_SOCKET_GID = 10012  # Redis writes the socket, the application connects to it
USERS = (APP_UID, NGINX_UID, REDIS_UID, ACCEPTANCE_UID)  # with groups of their own
GROUPS = (WEB_SOCKET_GID, REDIS_SOCKET_GID)

# Redis by TCP. Link-local addresses (RFC 3927) lead nowhere but to this network's own containers,
# and the host has none of them. Redis' address is outside of those that Docker gives to others.
REDIS_HOST = "redis"
REDIS_PORT = 6379
REDIS_SUBNET = "169.254.64.0/22"
REDIS_ADDRESS = "169.254.64.2"
REDIS_CLIENTS = "169.254.66.0/23"

NGINX_LOADED = "/.well-known/slipway-loaded"  # what it has loaded, to this host alone
OPEN_FILES = 16384  # of each process of a container: nginx needs two for a connection

# What nginx listens on by IPv6, by the name of the file. Its container links the folder at its
# start where the kernel has IPv6; elsewhere the pattern matches nothing, which nginx takes.
IPV6_LINK = "/tmp/ipv6"  # noqa: S108  the container's own
IPV6_LISTEN = IPV6_LINK + "/{name}.con[f]"

NGINX_HEALTH = "/.well-known/slipway-health"  # answered by nginx itself, to this host alone

# Names of systemd units, compose projects and images.
BASE_UNIT = "slipway-base.service"
RELEASE_UNIT = "slipway@{release}.service"
RETIRE_UNIT = "slipway-retire-{release}.service"  # transient, while a release finishes its work
CERTIFICATE_UNIT = "slipway-certificate.service"
CERTIFICATE_TIMER = "slipway-certificate.timer"
CHECK_UNIT = "slipway-check.service"
CHECK_TIMER = "slipway-check.timer"
SITE_UNIT = "slipway-site.service"
SITE_TIMER = "slipway-site.timer"
INSPECTION_UNIT = "slipway-inspection.service"
INSPECTION_TIMER = "slipway-inspection.timer"
ALERT_UNIT = "slipway-alert@.service"
WATCHDOG_UNIT = "slipway-watchdog.service"
WATCHDOG_TIMER = "slipway-watchdog.timer"
SPARE_ALERT_UNIT = "slipway-alert-spare@.service"
GUARD_UNIT = "slipway-guard.service"  # looks after the watchdog, the timers and the alerts
GUARD_TIMER = "slipway-guard.timer"
TIMER_UNIT = "slipway-timer@.service"  # runs a command of the current release
TIMER_OF_PROCESS = "slipway-timer@{process}.timer"  # written by a switch
SWITCH_UNIT = "slipway-switch.service"
BASE_PROJECT = "slipway-base"
STANDBY_PROJECT = "slipway-bridge"  # the nginx that serves while the base's own is replaced
ACCEPTANCE_PROJECT = "slipway-acceptance"
RELEASE_PROJECT = "slipway-{release}"
ONE_OFF_PROJECT = "run-slipway"  # and a number; not the name of a release's
REDIS_VOLUME = "slipway_redis"
REDIS_NETWORK = "slipway_redis"
RELEASE_COMMAND_CONTAINER = "slipway-release-command"
IMAGE = "slipway/{name}:{digest}"
