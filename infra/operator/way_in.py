"""ssh's way to a host: the one that pyinfra takes, from the same data and the same ssh config."""

import re
import shlex
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

INCLUDE = re.compile(r"\s*include(?:\s*=\s*|\s+)(.+)", re.IGNORECASE)
# What a person's own config may say, and pyinfra's connection knows nothing of.
PLAIN = ("RemoteCommand none", "RequestTTY no", "ClearAllForwardings yes", "PermitLocalCommand no")


def destination(name: str, data: dict[str, Any]) -> str:
    """The name that pyinfra looks up in the ssh config, and connects to."""
    return str(data.get("ssh_hostname") or name)


def config_text(name: str, data: dict[str, Any], checkout: Path, socket: str = "") -> str:
    """An ssh config with which `ssh DESTINATION` enters as pyinfra does.

    ssh takes the first value of each option: the inventory's data count, then the person's config.
    `socket` is where several commands share one connection.
    """
    pattern = _quoted(destination(name, data))
    lines = [f"Host {pattern}", *_indented(_given(data, checkout)), *_indented(PLAIN)]
    if socket:
        shared = ("ControlMaster auto", "ControlPersist 30", f"ControlPath {_quoted(socket)}")
        lines += _indented(shared)
    lines += ["Host *", "  BatchMode yes", *_of_the_person(data, checkout)]
    # pyinfra's default, unless the config has another.
    lines += [f"Host {pattern}", "  StrictHostKeyChecking accept-new"]
    return "\n".join(lines) + "\n"


def folder() -> "tempfile.TemporaryDirectory[str]":
    """A folder for configs and sockets: its path is short, as a socket's must be."""
    return tempfile.TemporaryDirectory(prefix="slipway-", dir="/tmp", ignore_cleanup_errors=True)


def _given(data: dict[str, Any], checkout: Path) -> Iterator[str]:
    """What the inventory's data say of the connection."""
    for key, option in (("ssh_user", "User"), ("ssh_port", "Port")):
        if value := data.get(key):
            yield f"{option} {value}"
    if key_file := data.get("ssh_key"):
        yield f"IdentityFile {_path(key_file, checkout)}"
        yield "IdentitiesOnly yes"
    if known_hosts := data.get("ssh_known_hosts_file"):
        yield f"UserKnownHostsFile {_path(known_hosts, checkout)}"
    if strict := data.get("ssh_strict_host_key_checking"):
        yield f"StrictHostKeyChecking {strict}"
    if data.get("ssh_allow_agent") is False:
        yield "IdentityAgent none"


def _of_the_person(data: dict[str, Any], checkout: Path) -> Iterator[str]:
    """The lines of the ssh config that pyinfra reads."""
    given = data.get("ssh_config_file")
    path = checkout.absolute() / given if given else Path.home() / ".ssh" / "config"
    if path.is_file():
        yield from _lines(path, set())


def _lines(path: Path, read: set[Path]) -> Iterator[str]:
    """A config with the files that it includes; a relative path starts at its own folder."""
    if path in read:
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        if not (found := INCLUDE.fullmatch(line)):
            yield line
            continue
        for word in shlex.split(found[1], comments=True):
            pattern = str(path.parent / Path(word).expanduser())
            for name in sorted(Path("/").glob(pattern.lstrip("/"))):
                yield from _lines(name, read | {path})


def _path(value: object, checkout: Path) -> str:
    return _quoted(str(checkout / Path(str(value)).expanduser()).replace("%", "%%"))


def _quoted(word: str) -> str:
    return f'"{word}"' if re.search(r"\s", word) else word


def _indented(lines: Any) -> list[str]:
    return [f"  {line}" for line in lines]
