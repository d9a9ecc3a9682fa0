"""Docker's engine on its socket, with containers that a test gives it."""

import contextlib
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from infra.onhost.layout import Layout
from tests.support.onhost.servers import on_socket


@contextlib.contextmanager
def docker_engine(layout: Layout, *containers: dict[str, Any]) -> Iterator[None]:
    """The engine lists these containers, and shows each one by its id."""

    def answer(_: int, path: str) -> tuple[int, bytes]:
        asked = urlsplit(path).path
        if asked == "/containers/json":
            return 200, json.dumps([{"Id": one["Id"]} for one in containers]).encode()
        [found] = [one for one in containers if one["Id"] == asked.split("/")[2]]
        return 200, json.dumps(found).encode()

    with on_socket(layout.docker_socket, answer):
        yield
