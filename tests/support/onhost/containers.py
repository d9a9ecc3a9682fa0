"""The docker of a host with containers as `docker inspect` shows them, and with their logs."""

import json
from typing import Any

from tests.support.onhost import Host


def inspected(
    name: str,
    state: str = "running",
    health: str = "healthy",
    *,
    restarts: int = 0,
    exit_code: int = 0,
    check: tuple[int, str] | None = (0, "ok"),
    **more: Any,
) -> dict[str, Any]:
    """What docker says of a container; its id is its name. `check`: its last health check."""
    checks = [{"ExitCode": check[0], "Output": check[1]}] if check else []
    return {
        "Id": name,
        "Name": f"/{name}",
        "RestartCount": restarts,
        "Config": {"Healthcheck": {"Test": ["CMD", "is-alive", "now"]}},
        "State": {"Status": state, "ExitCode": exit_code, "OOMKilled": False, "Error": ""}
        | {"Health": {"Status": health, "Log": checks}}
        | more,
    }


def put(host: Host, *containers: dict[str, Any], log: str = "") -> None:
    """From now on these are the containers, whichever are asked for; each has this log."""
    folder = host.calls.parent
    (folder / "inspected.json").write_text(json.dumps(list(containers)))
    (folder / "container.log").write_text(log)
    ids = " ".join(one["Id"] for one in containers)
    host.program(
        "docker",
        f"case $* in ps*) for id in {ids}; do echo $id; done;;"
        " 'inspect --format '*) shift 3; for one; do echo 1; done;;"
        f" inspect*) cat {folder}/inspected.json;; logs*) cat {folder}/container.log;; esac",
    )
