"""One look at a host before anything on it is changed."""

import shlex
from collections.abc import Iterable
from typing import Any

from infra.facts.fact import Fact
from infra.onhost.layout import LAYOUT


class HostReport(Fact[dict[str, Any]]):
    """Distribution, sudo, disk, memory, clock, names, addresses, and who listens on the ports."""

    def command(self, domain: str, ports: tuple[int, ...]) -> str:
        """A script of `key value` lines that needs no right but the login's own, and tries sudo."""
        listeners = " or ".join(f"sport = :{port}" for port in ports)
        return f"""
            . /etc/os-release; echo "distribution $ID"; echo "version $VERSION_ID";
            echo "architecture $(uname -m)"; echo "user $(id -un)";
            sudo -n true 2>/dev/null && echo "sudo yes" || echo "sudo no";
            echo "disk $(df --output=avail --block-size=1M /var/lib | tail -n 1)";
            awk '/^MemTotal/ {{ print "memory", int($2 / 1024) }}' /proc/meminfo;
            echo "clock $(date +%s.%N)";
            test -x {LAYOUT.command} && echo "deployed yes" || echo "deployed no";
            getent ahosts {shlex.quote(domain)} | awk '{{ print "resolved", $1 }}' | sort --unique;
            ip -oneline address show scope global | awk '{{ print "address", $4 }}';
            sudo -n ss -H --tcp --listening --numeric --processes '{listeners}' 2>/dev/null |
            while read -r _ _ _ local _ process; do
                pid=$(echo "$process" | sed -n 's/.*pid=\\([0-9]*\\).*/\\1/p');
                name=$(echo "$process" | sed -n 's/.*(("\\([^"]*\\)".*/\\1/p');
                echo "port ${{local##*:}} $(stat --format %u "/proc/$pid" 2>/dev/null) $name";
            done; true"""

    def process(self, output: Iterable[str]) -> dict[str, Any]:
        """The report; numbers in megabytes and seconds."""
        report: dict[str, Any] = {"resolved": [], "addresses": [], "ports": {}, "owners": {}}
        for key, _, value in (line.strip().partition(" ") for line in output):
            match key:
                case "disk" | "memory":
                    report[key] = int(value)
                case "clock":
                    report[key] = float(value)
                case "deployed":
                    report[key] = value == "yes"
                case "resolved":
                    report[key].append(value)
                case "address":
                    report["addresses"].append(value.partition("/")[0])
                case "port":
                    port, uid, name = (*value.split(), "", "")[:3]
                    report["ports"][port], report["owners"][port] = uid, name
                case _:
                    report[key] = value
        return report
