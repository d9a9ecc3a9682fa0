"""Facts about the host's packages, units, images, trust and links, one remote command each."""

import shlex
from collections.abc import Iterable
from typing import Any

from infra.facts.fact import Fact
from infra.onhost.layout import LAYOUT


class InstalledPackages(Fact[list[str]]):
    """Which of the named Debian packages are installed."""

    default = list

    def command(self, names: tuple[str, ...]) -> str:
        """dpkg's own word; an unknown package is no error."""
        quoted = " ".join(map(shlex.quote, names))
        return (
            f"dpkg-query --show --showformat '${{Package}} ${{db:Status-Status}}\\n' {quoted}; true"
        )

    def process(self, output: Iterable[str]) -> list[str]:
        """The names of the installed ones."""
        return [line.split()[0] for line in output if line.endswith(" installed")]


class UnitStates(Fact[dict[str, dict[str, str]]]):
    """The state of systemd units by name: ActiveState, UnitFileState and NeedDaemonReload."""

    default = dict

    def command(self, names: tuple[str, ...]) -> str:
        """One `systemctl show` for all."""
        return (
            "systemctl show --property=Id,ActiveState,UnitFileState,NeedDaemonReload -- "
            + " ".join(map(shlex.quote, names))
        )

    def process(self, output: Iterable[str]) -> dict[str, dict[str, str]]:
        """Blocks of `key=value` lines, separated by empty ones."""
        units: dict[str, dict[str, str]] = {}
        block: dict[str, str] = {}
        for line in output:
            key, separator, value = line.partition("=")
            if not separator:
                block = {}
                continue
            block[key] = value
            if "Id" in block:
                units[block["Id"]] = block
        return units


class DockerStale(Fact[bool]):
    """Whether dockerd is down, or began before its configuration or the CA bundle changed."""

    @staticmethod
    def default() -> bool:
        """What holds while nothing is known."""
        return True

    def command(self, files: tuple[str, ...]) -> str:
        """Prints `current` when there is nothing to do."""
        quoted = " ".join(map(shlex.quote, files))
        return (
            "systemctl is-active --quiet docker && "
            "began=$(systemctl show --property=ActiveEnterTimestamp --value"
            " --timestamp=unix docker)"
            f' && test -z "$(find {quoted} -newermt "$began" 2>/dev/null)" && echo current; true'
        )

    def process(self, output: Iterable[str]) -> bool:
        """True unless the command said that dockerd is current."""
        return "current" not in list(output)


class OwnImages(Fact[dict[str, Any]]):
    """Slipway's images: `tags` with the id of each, `built` with the id that was, and all `ids`."""

    @staticmethod
    def default() -> dict[str, Any]:
        """What holds while Docker is not there."""
        return {"tags": {}, "built": {}, "ids": set()}

    def command(self) -> str:
        """Names with ids; a file for each tag has the id that was built."""
        images = (
            "docker image ls --all --no-trunc --format 'image {{.ID}} {{.Repository}}:{{.Tag}}'"
        )
        built = f"grep --recursive --exclude='*.new' '' {LAYOUT.images} 2>/dev/null"
        return f"{{ ! command -v docker >/dev/null || {images}; }}; {built}; true"

    def process(self, output: Iterable[str]) -> dict[str, Any]:
        """Lines of Docker's, and lines `path:id`, where the path's name is that of a tag."""
        found = self.default()
        for line in output:
            if line.startswith("image "):
                _, number, tag = line.split(" ", 2)
                found["tags"][tag] = number
                found["ids"].add(number)
            else:
                path, _, number = line.partition(":sha256:")
                found["built"]["slipway/" + path.rpartition("/")[2]] = f"sha256:{number}"
        return found


class ExtraTrust(Fact[dict[str, Any]]):
    """Slipway's CA files on the host, and whether the bundle lacks one of them."""

    default = dict

    def command(self) -> str:
        """Names, then `stale` when the bundle must be made again."""
        folder, bundle = LAYOUT.ca_certificates, LAYOUT.ca_bundle
        return (
            f"find {folder} -name 'slipway-*.crt' -printf '%f\\n' 2>/dev/null;"
            f" bundle=$(tr -d '\\n' < {bundle}); for file in {folder}/slipway-*.crt; do"
            ' test -e "$file" || continue; case $bundle in *"$(tr -d \'\\n\' < "$file")"*) ;;'
            " *) echo stale; break;; esac; done"
        )

    def process(self, output: Iterable[str]) -> dict[str, Any]:
        """`names` and `stale`."""
        lines = list(output)
        return {"names": set(lines) - {"stale"}, "stale": "stale" in lines}


class LinkTarget(Fact[str]):
    """Where a symbolic link leads; empty when there is none."""

    default = str

    def command(self, path: str) -> str:
        """readlink, for which a missing link is no error here."""
        return f"readlink {shlex.quote(path)}; true"

    def process(self, output: Iterable[str]) -> str:
        """The target."""
        return next(iter(output))
