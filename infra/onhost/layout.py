"""Where everything stands on a host, and who owns it: the one home of paths, names and user ids."""

from pathlib import Path

# What a deploy writes, and nobody else.
ROOT = Path("/opt/slipway")
BASE = ROOT / "base"
NGINX = ROOT / "nginx"
NGINX_HEADERS = NGINX / "headers.conf"  # of every answer over HTTPS
NGINX_SITE = NGINX / "site.conf"  # what the servers of the site have in common
RELEASES = ROOT / "releases"
PROGRAMS = ROOT / "programs"  # a directory for each digest
CURRENT_PROGRAMS = PROGRAMS / "current"  # a link to one of them
LIBRARY_0_1 = ROOT / "lib"  # where version 0.1 had them: its releases' containers run one of these
CERTBOT_VENVS = ROOT / "certbot"
CERTBOT = Path("/opt/certbot")  # a link to one of CERTBOT_VENVS
COMMAND = Path("/usr/local/sbin/slipway")

# What the operator may want to read or back up.
CONFIG = Path("/etc/slipway")
HOST_CONFIG = CONFIG / "host.json"
SECRETS = CONFIG / "secrets"
GIVEN_CERTIFICATE = CONFIG / "certificate"  # the operator's own
EXTERNAL_ACCOUNT = CONFIG / "external-account.ini"  # certbot's options, the HMAC key among them
ALERTS = CONFIG / "alerts.json"
LETSENCRYPT = Path("/etc/letsencrypt")
CERTBOT_LOG = Path("/var/log/letsencrypt/letsencrypt.log")  # of its last run
CA_CERTIFICATES = Path("/usr/local/share/ca-certificates")
CA_BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")

# What changes while the host runs.
STATE = Path("/var/lib/slipway")
WEB = STATE / "web"  # a directory for each release: its site, and the socket of its web container
CURRENT = WEB / "current"  # a link to one of them: what nginx serves
REDIS_SOCKETS = STATE / "redis"
REDIS_SOCKET = REDIS_SOCKETS / "redis.sock"
WEBROOT = STATE / "webroot"
STATIC = STATE / "static"  # finished static files of the last releases, side by side
VOLUMES = STATE / "volumes"  # the application's own
TLS = STATE / "tls"  # what nginx reads: a directory for each name, and who is served with it
TLS_SERVERS = TLS / "servers.conf"  # which name nginx serves with which certificate
SELF_SIGNED = STATE / "self-signed"
ISSUED = STATE / "issued.jsonl"  # what the CA was asked for, and what came of it
MAINTENANCE = STATE / "maintenance"
HISTORY = STATE / "history.jsonl"
APPLIED = STATE / "applied"
LOADED_ROUTES = APPLIED / "routes"  # what nginx has loaded, if that is known
PUT_OFF = APPLIED / "certificate-put-off"  # why the last deploy did not renew it
REDIS_USERS = CONFIG / "redis" / "users.acl"
SYSCTL = Path("/etc/sysctl.d/60-slipway.conf")
UNITS = Path("/etc/systemd/system")
WANTED_UNITS = UNITS / "multi-user.target.wants"
LOCK = Path("/run/slipway.lock")  # of the switch
DEPLOY_LOCK = Path("/run/slipway-deploy.lock")
TOLD = Path("/run/slipway-told")  # the workers that were told to end
CERTBOT_LOCK = Path("/run/slipway-certbot.lock")  # while it is installed
CERTIFICATE_LOCK = Path("/run/slipway-certificate.lock")
ALERTED = Path("/run/slipway-alerted")  # a file for each unit that an alert was sent for lately

# Paths inside the containers.
CONTAINER_SECRETS = Path("/run/secrets")
CONTAINER_SOCKETS = Path("/run/web")
CONTAINER_REDIS_DATA = Path("/data")
CONTAINER_ACCEPTANCE = Path("/srv/acceptance")
CONTAINER_TRUST = Path("/run/trust.pem")
CONTAINER_HEALTH_CHECK = Path("/run/health_check.py")

# Numeric users and groups of the containers; none of them has an account on the host.
APP_UID = 10001
NGINX_UID = 10002
REDIS_UID = 10003
ACCEPTANCE_UID = 10004
WEB_SOCKET_GID = 10011  # the application writes the socket, nginx connects to it
REDIS_SOCKET_GID = 10012  # Redis writes the socket, the application connects to it

NGINX_HEALTH = "/.well-known/slipway-health"  # answered by nginx itself, to this host alone

# Names of systemd units, compose projects and images.
BASE_UNIT = "slipway-base.service"
RELEASE_UNIT = "slipway@{release}.service"
RETIRE_UNIT = "slipway-retire-{release}.service"  # transient, while a release finishes its work
CERTIFICATE_UNIT = "slipway-certificate.service"
CERTIFICATE_TIMER = "slipway-certificate.timer"
CHECK_UNIT = "slipway-check.service"
CHECK_TIMER = "slipway-check.timer"
ALERT_UNIT = "slipway-alert@.service"
WATCHDOG_UNIT = "slipway-watchdog.service"
WATCHDOG_TIMER = "slipway-watchdog.timer"
SWITCH_UNIT = "slipway-switch.service"
BASE_PROJECT = "slipway-base"
BRIDGE_PROJECT = "slipway-bridge"
ACCEPTANCE_PROJECT = "slipway-acceptance"
RELEASE_PROJECT = "slipway-{release}"
REDIS_VOLUME = "slipway_redis"
RELEASE_COMMAND_CONTAINER = "slipway-release-command"
IMAGE = "slipway/{name}:{digest}"
