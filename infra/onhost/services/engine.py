"""Docker's own interface, asked over its socket: an answer costs a tenth of Docker's command.

The paths are those of the Docker Engine API.
"""

import http.client
import json
import socket
from typing import Any
from urllib.parse import quote, urlencode

from ..command import Failure
from ..config import Host

TIMEOUT = 10  # seconds


class _Connection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("docker", timeout=TIMEOUT)
        self._path = path

    def connect(self) -> None:
        """Connects to the socket."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(TIMEOUT)
        self.sock.connect(self._path)


def get(host: Host, path: str) -> Any:
    """The answer to a question; None for what is not there. Raises Failure when none comes."""
    documents = _documents(host, path)
    return documents[0] if documents else None


def _documents(host: Host, path: str) -> list[Any]:
    """The answer, a document of JSON on each line; none for what is not there."""
    connection = _Connection(str(host.layout.docker_socket))
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        answer = [json.loads(line) for line in response.read().splitlines() if line.strip()]
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Failure(f"Docker does not answer: {error}") from error
    finally:
        connection.close()
    if response.status == http.client.NOT_FOUND:
        return []
    if response.status >= http.client.BAD_REQUEST:
        raise Failure(f"Docker refuses {path}: {answer}")
    return answer


def containers(host: Host, project: str) -> list[dict[str, Any]]:
    """All that Docker knows of each container of a compose project, running or not."""
    label = f"com.docker.compose.project={project}"
    filters = quote(json.dumps({"label": [label]}))
    listed = get(host, f"/containers/json?all=true&filters={filters}")
    found = (get(host, f"/containers/{one['Id']}/json") for one in listed)
    return [one for one in found if one]  # one may have gone meanwhile


def image(host: Host, name: str) -> str:
    """The id of an image; empty when there is none of this name."""
    found = get(host, f"/images/{quote(name, safe='')}/json")
    return str(found["Id"]) if found else ""


def events(host: Host, since: float, until: float, *names: str) -> list[dict[str, Any]]:
    """What befell containers between two moments, in seconds since the epoch.

    Docker remembers its last 256 events, those of health checks among them.
    """
    filters = json.dumps({"type": ["container"], "event": list(names)})
    span = {"since": f"{since:.9f}", "until": f"{until:.9f}", "filters": filters}
    return _documents(host, f"/events?{urlencode(span)}")
