"""The host: units, timers, the kernel's settings, dockerd."""

from tests.breakages.breakage import Breakage

UNITS = "/etc/systemd/system"

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
        " systemctl reload docker; sleep 1; cp /tmp/daemon.json /etc/docker/daemon.json",
        "docker info --format '{{.LiveRestoreEnabled}}' | grep -q true",
        r"dockerd runs with live-restore False",
        touches="dockerd",
    ),
]
