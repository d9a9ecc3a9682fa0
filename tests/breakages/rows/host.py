"""The host: units, timers, the kernel's settings, dockerd."""

from tests.breakages.breakage import Breakage

UNITS = "/etc/systemd/system"
STATE = "/var/lib/slipway"
CERTBOT = "/etc/letsencrypt/slipway"

ROWS = [
    Breakage(
        "a drop-in makes the renewal do nothing",
        f"mkdir -p {UNITS}/slipway-certificate.service.d; printf '[Service]\\nExecStart=\\n"
        f"ExecStart=/bin/true\\n' > {UNITS}/slipway-certificate.service.d/x.conf;"
        " systemctl daemon-reload",
        "! systemctl show --property ExecStart slipway-certificate | grep -q /bin/true",
        r"slipway-certificate\.service is changed by .*x\.conf",
    ),
    Breakage(
        "a unit is edited and loaded",
        f"sed -i 's/TimeoutStartSec=.*/TimeoutStartSec=7/' {UNITS}/slipway-check.service;"
        " systemctl daemon-reload",
        "! systemctl show --property TimeoutStartUSec slipway-check | grep -q =7s",
        r"slipway-check\.service has other content",
    ),
    Breakage(
        "a unit is edited and not loaded",
        f"echo '# edited' >> {UNITS}/slipway-certificate.timer",
        f"! grep -q edited {UNITS}/slipway-certificate.timer",
        r"slipway-certificate\.timer has",
    ),
    Breakage(
        "the renewal's timer is off",
        "systemctl disable --now --quiet slipway-certificate.timer",
        "systemctl is-active --quiet slipway-certificate.timer",
        r"slipway-certificate\.timer does not",
        touches="renewal",
    ),
    Breakage(
        "the check's timer is masked",
        f"systemctl stop slipway-check.timer; rm {UNITS}/slipway-check.timer;"
        " systemctl mask --quiet slipway-check.timer",
        "systemctl is-active --quiet slipway-check.timer",
        r"slipway-check\.timer is masked",
        touches="check",
    ),
    Breakage(
        "the watchdog's timer is masked",
        f"systemctl stop slipway-watchdog.timer; rm {UNITS}/slipway-watchdog.timer;"
        " systemctl mask --quiet slipway-watchdog.timer",
        "systemctl is-active --quiet slipway-watchdog.timer",
        r"slipway-watchdog\.timer is masked",
        alone=True,
    ),
    Breakage(
        "the guard's timer is off",
        "systemctl disable --now --quiet slipway-guard.timer",
        "systemctl is-active --quiet slipway-guard.timer",
        r"slipway-guard\.timer does not",
        touches="guard",
    ),
    Breakage(
        "nginx and Redis are stopped",
        "systemctl stop slipway-base",
        "runs $nginx && runs $redis && serves",
        r"slipway-base\.service does not run",
        touches="nginx nginx.conf headers routes redis users",
    ),
    Breakage(
        "nginx and Redis do not start with the host",
        "systemctl disable --quiet slipway-base",
        "systemctl is-enabled --quiet slipway-base",
        r"slipway-base\.service does not start",
    ),
    Breakage(
        "Docker does not start with the host",
        "systemctl disable --quiet docker 2>/dev/null",
        "systemctl is-enabled --quiet docker",
        r"docker\.service does not start",
        touches="docker unit",
    ),
    Breakage(
        "Docker is masked",
        "systemctl mask --quiet docker 2>/dev/null",
        "! systemctl is-enabled docker | grep -q masked",
        r"docker\.service is masked",
        mended=False,
        touches="docker unit",
        undo="systemctl unmask --quiet docker",
    ),
    Breakage(
        "Docker is stopped",
        "systemctl stop docker.socket docker.service",
        "docker version",
        r"docker\.service does not run|Docker does not answer",
        alone=True,
    ),
    Breakage(
        "the firewall's rules of Docker are flushed",
        "iptables --table nat --flush POSTROUTING",
        "iptables --table nat --list-rules POSTROUTING | grep -q MASQUERADE",
        r"Docker's rules of the firewall are gone|containers had no way out",
        touches="firewall",
    ),
    Breakage(
        "/var/lib/slipway is read-only",
        f"mount --bind {STATE} {STATE} && mount -o remount,bind,ro {STATE}",
        f"touch {STATE}/x && rm {STATE}/x",
        r"/var/lib/slipway is read-only",
        mended=False,
        alone=True,
        undo=f"umount {STATE}",
        test="tests/host/test_files.py::test_a_disk_can_be_written_and_has_room",
    ),
    Breakage(
        "a disk is full",
        f"cp -a {CERTBOT} /tmp/kept-certbot; mount -t tmpfs -o size=2m,mode=755 full {CERTBOT};"
        f" cp -a /tmp/kept-certbot/. {CERTBOT}/; head -c 9m /dev/zero > {CERTBOT}/x",
        f"! findmnt {CERTBOT}",
        r"the disk of /etc/letsencrypt/slipway is full",
        mended=False,
        undo=f"umount {CERTBOT}",
        test="tests/host/test_files.py::test_a_disk_can_be_written_and_has_room",
        touches="headers renewal-notes",
    ),
    Breakage(
        "the kernel has another setting",
        "sysctl -q -w net.core.somaxconn=128",
        "test $(cat /proc/sys/net/core/somaxconn) = 4096",
        r"net\.core\.somaxconn is 128",
        touches="sysctl",
    ),
    Breakage(
        "the file of kernel settings is gone",
        "rm /etc/sysctl.d/60-slipway.conf",
        "test -s /etc/sysctl.d/60-slipway.conf",
        r"60-slipway\.conf is missing",
        touches="sysctl",
    ),
    Breakage(
        "containers would end with dockerd",
        "cp /etc/docker/daemon.json /tmp/daemon.json;"
        ' sed -i \'s/"live-restore": true/"live-restore": false/\' /etc/docker/daemon.json;'
        " systemctl reload docker; wait_for ends_containers;"
        " cp /tmp/daemon.json /etc/docker/daemon.json",
        "docker info --format '{{.LiveRestoreEnabled}}' | grep -q true",
        r"dockerd runs with live-restore False",
        touches="dockerd",
    ),
]
