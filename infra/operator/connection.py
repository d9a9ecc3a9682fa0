"""The inventory's data of the SSH connection, which pyinfra reads: what is wrong in them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pyinfra.connectors.sshuserclient.client import get_ssh_config

PORTS = range(1, 65536)


def refusals(name: str, data: Any) -> Iterator[str]:
    """A line for each wrong value of a host; `data` has `get`, as a dict has it."""
    for key in ("ssh_config_file", "ssh_key"):
        if reason := _file(key, data.get(key)):
            yield f"{name}: {key}: {reason}"
    if reason := _config(data.get("ssh_config_file")):
        yield f"{name}: {reason}"
    elif not data.get("ssh_known_hosts_file") and _has_spaces(name, data):
        yield (
            f"{name}: pyinfra cannot read a UserKnownHostsFile with spaces:"
            " name the file by ssh_known_hosts_file, too"
        )
    port = data.get("ssh_port", 22)
    if not (str(port).isascii() and str(port).isdigit() and int(port) in PORTS):
        yield f"{name}: ssh_port: must be a number from 1 to 65535"
    for key in ("ssh_user", "ssh_hostname"):
        value = data.get(key, "a")
        if not isinstance(value, str) or len(value.split()) != 1 or value.startswith("-"):
            yield f"{name}: {key}: must be one word"


def _file(key: str, value: object) -> str:
    """Why pyinfra cannot use a file: of an ssh config it would say nothing, and go without it."""
    if value is None:
        return ""
    if not isinstance(value, str | Path):
        return "must be the path of a file"
    if key == "ssh_config_file" and str(value).startswith("~"):
        return "write the full path: pyinfra does not replace ~ here"
    if not Path(value).expanduser().is_file():
        return f"the file {value} does not exist; a relative path starts at the current directory"
    return ""


def _config(value: object) -> str:
    """Why pyinfra cannot read the ssh config: it would end with a traceback."""
    try:
        get_ssh_config(value or None)
    except Exception as error:  # noqa: BLE001  it raises a plain one for some
        said = " ".join(str(error).split())
        return f"pyinfra cannot read the ssh config {value or '~/.ssh/config'}: {said}"
    return ""


def _has_spaces(name: str, data: Any) -> bool:
    """Whether the ssh config names one file of known hosts that pyinfra takes for several."""
    config = get_ssh_config(data.get("ssh_config_file"))
    found = config.lookup(data.get("ssh_hostname") or name) if config else {}
    known = found.get("userknownhostsfile", "")
    return " " in known and Path(known).expanduser().is_file()
