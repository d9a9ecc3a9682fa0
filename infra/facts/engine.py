"""What there is of Docker on a host, from one look; root's rights are needed, nothing changes."""

import base64
import shlex
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from infra.facts.fact import Fact

CONFIGURATION = Path("/etc/docker/daemon.json")
PACKAGES = (
    *("docker-ce", "docker.io", "docker-compose-plugin", "docker-buildx-plugin"),
    *("docker-compose", "docker-compose-v2", "docker-buildx", "podman-docker"),
)


@dataclass
class Engine:
    """Docker on the host."""

    packages: dict[str, str] = field(default_factory=dict)
    """Versions of the installed packages among PACKAGES."""
    programs: dict[str, str] = field(default_factory=dict)
    """Where `docker` and `dockerd` are; a snap's `docker` is named `snap`."""
    versions: dict[str, str] = field(default_factory=dict)
    """Of `engine`, `compose` and `buildx`, as they say it."""
    masked: list[str] = field(default_factory=list)
    """Units that cannot start."""
    flags: dict[str, str] = field(default_factory=dict)
    """What dockerd is started with, beside its configuration."""
    info: dict[str, str] = field(default_factory=dict)
    """`swarm`, `root` (of its data) and `context`, of a dockerd that runs."""
    published: dict[str, str] = field(default_factory=dict)
    """The container that publishes a port, by port."""
    configuration: str | None = None
    """The text of its configuration file."""
    configuration_mode: str = "644"


class EngineReport(Fact[Engine]):
    """What there is of Docker."""

    default = Engine

    def command(self) -> str:
        """A script of `kind key value` lines; what is not there has none."""
        shown = "${db:Status-Status} ${Package} ${Version}\\n"
        names = " ".join(PACKAGES)
        file = shlex.quote(str(CONFIGURATION))
        unit = "docker.service"
        return f"""
            export LC_ALL=C;
            dpkg-query --show --showformat '{shown}' {names} 2>/dev/null |
                sed -n 's/^installed /package /p';
            for name in docker dockerd; do
                where=$(command -v "$name") && echo "program $name $where"; done;
            test -e /snap/bin/docker && echo "program snap /snap/bin/docker";
            dockerd --version 2>/dev/null | awk '{{ print "version engine", $3 }}';
            docker compose version --short 2>/dev/null | sed 's/^/version compose /';
            docker buildx version 2>/dev/null | awk '{{ print "version buildx", $2 }}';
            systemctl show --property=Id,LoadState {unit} docker.socket containerd.service |
                awk -F= '/^Id=/ {{ id = $2 }} /^LoadState=/ {{ load = $2 }}
                    /^$/ {{ if (load == "masked") print "masked", id }}
                    END {{ if (load == "masked") print "masked", id }}';
            {{ systemctl show --property=ExecStart --value {unit};
                sed -n 's/^DOCKER_OPTS=//p' /etc/default/docker | tr -d '\\042\\047';
                tr '\\0' ' ' < /proc/$(systemctl show --property=MainPID --value {unit})/cmdline;
            }} 2>/dev/null | tr ' ' '\\n' | sed -n 's/^--\\([a-z-]*\\)/flag \\1 /p' | sort --unique;
            if systemctl is-active --quiet {unit}; then
                docker info --format 'info swarm {{{{.Swarm.LocalNodeState}}}}
info root {{{{.DockerRootDir}}}}';
                docker context show | sed 's/^/info context /';
                docker ps --format '{{{{.Names}}}} {{{{.Ports}}}}' | while read -r name ports; do
                    echo "$ports" | grep --only-matching '[0-9]*->' |
                    while read -r port; do echo "published ${{port%->}} $name"; done; done; fi;
            stat --format 'mode file %a' {file} 2>/dev/null;
            test -e {file} && echo "configuration file $(base64 --wrap 0 {file})"; true"""

    def process(self, output: Iterable[str]) -> Engine:
        """The report."""
        found = Engine()
        kinds = {
            "package": found.packages,
            "program": found.programs,
            "version": found.versions,
            "flag": found.flags,
            "info": found.info,
            "published": found.published,
        }
        for line in output:
            kind, key, value = (*line.strip().split(" ", 2), "", "")[:3]
            if kind in kinds:
                kinds[kind][key] = value.strip().strip("=,")
            elif kind == "masked":
                found.masked.append(key)
            elif kind == "mode":
                found.configuration_mode = value
            elif kind == "configuration":
                found.configuration = base64.b64decode(value).decode(errors="replace")
        return found
