"""dockerd's configuration file: what is needed is put into it, and the rest of it stays."""

import copy
import json
from collections.abc import Generator
from typing import Any

from pyinfra import host
from pyinfra.api import OperationError, StringCommand

from infra.facts.engine import CONFIGURATION, Engine, EngineReport
from infra.facts.slipway import Recorded
from infra.hostfile import HostFile
from infra.onhost.layout import LAYOUT
from infra.operations.operation import operation
from infra.operations.whole_files import unpack_command

MTU = "com.docker.network.driver.mtu"
Keys = dict[str, Any]

# A new file is judged by dockerd itself before it takes the place of the old one.
NEW = CONFIGURATION.with_name("daemon.json.new")
ACCEPT = (
    f"{{ ! command -v dockerd >/dev/null || dockerd --validate --config-file {NEW} >/dev/null ||"
    f" {{ rm --force {NEW}; exit 1; }}; }} && mv --force {NEW} {CONFIGURATION}"
)


def parse(text: str) -> Keys:
    """The keys of a configuration. Raises ValueError, in words for the operator."""
    try:
        keys = json.loads(text)
    except ValueError as error:
        raise ValueError(f"{CONFIGURATION} is not JSON ({error}): correct it") from error
    if not isinstance(keys, dict):
        raise ValueError(f"{CONFIGURATION} is not a JSON object of dockerd's options: correct it")  # noqa: TRY004  one kind for both
    return keys


def merged(found: Keys, wanted: Keys, put: Keys) -> Keys:
    """The keys that are found, with those that are wanted.

    What an earlier deploy has put there (`put`) and is not wanted any more goes.
    """
    kept = {k: v for k, v in found.items() if k in wanted or k not in put or put[k] != v}
    result = copy.deepcopy(kept | wanted)
    if mtu := result.get("mtu"):  # which Docker follows on its own bridge alone
        options = result.setdefault("default-network-opts", {}).setdefault("bridge", {})
        if "mtu" in wanted or MTU not in options:
            options[MTU] = str(mtu)
    return result


def configuration(engine: Engine, wanted: Keys, first: Keys, put: Keys) -> str:
    """The text of the file as it must be; the same text when nothing in it is to change.

    `first` are keys for a host on which there is neither dockerd nor a file of it.
    """
    if engine.configuration is None:
        new = "dockerd" not in engine.programs
        return json.dumps(merged(first if new else {}, wanted, {}), indent=2) + "\n"
    found = parse(engine.configuration)
    result = merged(found, wanted, put)
    return engine.configuration if result == found else json.dumps(result, indent=2) + "\n"


@operation()
def configure(wanted: Keys, first: Keys) -> Generator[StringCommand | str, None, None]:
    """dockerd's configuration has these keys; it is read by the next start of dockerd."""
    engine = host.get_fact(EngineReport)
    put = host.get_fact(Recorded, path=str(LAYOUT.dockerd_applied))
    try:
        text = configuration(engine, wanted, first, put)
    except ValueError as error:
        raise OperationError(str(error)) from error
    if text == engine.configuration and put == wanted:
        host.noop(f"{CONFIGURATION} has what is needed")
        return
    record = HostFile(str(LAYOUT.dockerd_applied), json.dumps(wanted).encode())
    if text == engine.configuration:
        yield unpack_command([record])
        return
    yield unpack_command([HostFile(str(NEW), text.encode(), engine.configuration_mode), record])
    yield ACCEPT
