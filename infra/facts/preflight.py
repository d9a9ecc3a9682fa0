"""One look at a host before anything on it is changed."""

import shlex
from collections.abc import Callable, Iterable
from typing import Any

from infra.facts.fact import Fact
from infra.onhost import layout
from infra.onhost.layout import LAYOUT

# Lines of which there may be several, and how the others are read.
LISTS = {
    "resolved": "resolved",
    "address": "addresses",
    "standalone": "standalone",
    "account": "accounts",
    "group": "groups",
    "full": "full",
    "readonly": "readonly",
}
LEAST = 100  # megabytes that must be free on every disk that a deploy writes to
WRITTEN = (LAYOUT.home, LAYOUT.config, LAYOUT.state)
READ: dict[str, Callable[[str], Any]] = {
    "disk": int,
    "memory": int,
    "clock": float,
    "deployed": lambda value: value == "yes",
    "udp": lambda value: value.split()[1],
    "noexec": lambda _: "yes",
}


class HostReport(Fact[dict[str, Any]]):
    """Distribution, sudo, disk, memory, clock, names, addresses, and who listens on the ports."""

    def command(self, domain: str, ports: tuple[int, ...], data: str = "/var/lib") -> str:
        """A script of `key value` lines that needs no right but the login's own, and tries sudo."""
        options = "-H --listening --numeric --processes"
        users = " ".join(map(str, layout.USERS))
        groups = " ".join(map(str, (*layout.USERS, *layout.GROUPS)))
        written = " ".join(map(str, WRITTEN))
        listeners = " or ".join(f"sport = :{port}" for port in ports)
        return f"""
            . /etc/os-release; echo "distribution $ID"; echo "version $VERSION_ID";
            echo "architecture $(uname -m)"; echo "user $(id -un)";
            sudo -n true 2>/dev/null && echo "sudo yes" || echo "sudo no";
            d={shlex.quote(data)}; until test -e "$d"; do d=$(dirname "$d"); done;
            echo "disk $(df --output=avail --block-size=1M "$d" | tail -n 1)";
            for path in {written} "$d"; do
                test -e "$path" || continue;
                findmnt --noheadings --output OPTIONS --target "$path" | tr , '\\n' |
                    grep --quiet --line-regexp ro && echo "readonly $path";
                disk=$(stat --format %d "$path"); free=$(df --output=avail --block-size=1M "$path" |
                    tail -n 1);
                case " $disks " in *" $disk "*) ;; *)
                    test "$free" -ge {LEAST} || echo "full $path" $free ;; esac;
                disks="$disks $disk";
            done;
            test -d /run/systemd/system && echo "systemd yes";
            findmnt --noheadings --output OPTIONS --target /opt | tr , '\\n' | grep -x noexec;
            getent passwd {users} | awk -F: '{{ print "account", $1, $3 }}';
            getent group {groups} | awk -F: '{{ print "group", $1, $3 }}';
            sudo -n grep --files-with-matches --recursive --include '*.conf' \\
                '^authenticator = standalone' /etc/letsencrypt/renewal 2>/dev/null |
                sed -n 's,.*/\\(.*\\)\\.conf$,standalone \\1,p';
            sudo -n ufw status 2>/dev/null | grep --quiet '^Status: active' && echo "ufw active $(
                sudo -n ufw status | grep ALLOW | grep --only-matching '[0-9]*' | tr '\\n' ' ')";
            awk '/^MemTotal/ {{ print "memory", int($2 / 1024) }}' /proc/meminfo;
            echo "clock $(date +%s.%N)";
            test -x {LAYOUT.command} && echo "deployed yes" || echo "deployed no";
            getent ahosts {shlex.quote(domain)} | awk '{{ print "resolved", $1 }}' | sort --unique;
            ip -oneline address show scope global | awk '{{ print "address", $4 }}';
            {{ sudo -n ss {options} --tcp '{listeners}' | sed 's/^/tcp /';
            sudo -n ss {options} --udp 'sport = :{ports[-1]}' | sed 's/^/udp /'; }} 2>/dev/null |
            while read -r kind _ _ _ local _ process; do
                pid=$(echo "$process" | sed -n 's/.*pid=\\([0-9]*\\).*/\\1/p');
                name=$(echo "$process" | sed -n 's/.*(("\\([^"]*\\)".*/\\1/p');
                uid=$(sudo -n stat --format %u "/proc/$pid" 2>/dev/null);
                echo "$kind ${{local##*:}} ${{uid:-?}} $name";
            done; true"""

    def process(self, output: Iterable[str]) -> dict[str, Any]:
        """The report; numbers in megabytes and seconds."""
        report: dict[str, Any] = {"ports": {}, "owners": {}, "udp": "", "ufw": "", "noexec": ""}
        report |= {"systemd": "no", **{name: [] for name in LISTS.values()}}
        for key, _, value in (line.strip().partition(" ") for line in output):
            if key in LISTS:
                report[LISTS[key]].append(tuple(value.split()) if " " in value else value)
            elif key == "tcp":
                port, uid, name = (*value.split(), "", "")[:3]
                if report["ports"].get(port) in {None, str(layout.NGINX_UID)}:
                    report["ports"][port], report["owners"][port] = uid, name
            else:
                report[key] = READ.get(key, str)(value)
        report["addresses"] = [address.partition("/")[0] for address in report["addresses"]]
        return report
