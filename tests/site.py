"""Ask a deployed site over HTTPS, at its host's address whatever its name resolves to."""

import http.client
import json
import socket
import ssl
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Answer:
    """An HTTP answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Site:
    """A site by name, address and the CA that its certificate must come from."""

    domain: str
    address: str
    https_port: int = 443
    http_port: int = 80
    ca_file: Path | None = None
    verified: bool = True

    def context(self) -> ssl.SSLContext:
        """Verifies the certificate, as a browser does, unless it is not to."""
        context = ssl.create_default_context(cafile=self.ca_file)
        if not self.verified:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    @cached_property
    def _context(self) -> ssl.SSLContext:
        return self.context()

    def ask(
        self,
        path: str,
        method: str = "GET",
        body: Any = None,
        headers: dict[str, str] | None = None,
        timeout: float = 10,
    ) -> Answer:
        """One request on a connection of its own. `body`: bytes, an iterable (chunked) or JSON."""
        headers = dict(headers or {})
        if isinstance(body, dict | list):
            body = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        connection = self.connect(timeout)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            names = {key.lower(): value for key, value in response.getheaders()}
            return Answer(response.status, names, response.read())
        finally:
            connection.close()

    def connect(self, timeout: float = 10) -> http.client.HTTPConnection:
        """A verified TLS connection, to ask on as often as the server allows."""
        raw = socket.create_connection((self.address, self.https_port), timeout)
        connection = http.client.HTTPConnection(self.domain, timeout=timeout)
        try:
            connection.sock = self._context.wrap_socket(raw, server_hostname=self.domain)
        except OSError:
            raw.close()
            raise
        return connection

    def ask_http(self, path: str, host: str | None = None) -> Answer:
        """One request over plain HTTP."""
        connection = http.client.HTTPConnection(self.address, self.http_port, timeout=10)
        try:
            connection.request("GET", path, headers={"Host": host or self.domain})
            response = connection.getresponse()
            names = {key.lower(): value for key, value in response.getheaders()}
            return Answer(response.status, names, response.read())
        finally:
            connection.close()

    def works(self, path: str = "/healthz") -> bool:
        """Whether the path answers 200 right now."""
        try:
            return self.ask(path, timeout=3).status == 200
        except (OSError, http.client.HTTPException):
            return False

    def run_job(self, number: int, limit: float = 60) -> dict[str, Any]:
        """Starts a job that counts to `number` and returns its last state."""
        accepted = self.ask("/background_count/", "POST", {"number": number})
        assert accepted.status == 202, accepted
        return self.finished(accepted.json["url"], limit)

    def finished(self, url: str, limit: float = 60) -> dict[str, Any]:
        """The state of a job once it has ended, or the last one after `limit` seconds."""
        deadline = time.monotonic() + limit
        while True:
            state: dict[str, Any] = self.ask(url).json
            if state["state"] in {"finished", "failed"} or time.monotonic() > deadline:
                return state
            time.sleep(0.3)


def wait_until(condition: Any, limit: float) -> float:
    """The seconds until `condition()` is true; fails after `limit`."""
    began = time.monotonic()
    while not condition():
        passed = time.monotonic() - began
        assert passed < limit, f"not after {limit} s"
        time.sleep(0.1)
    return time.monotonic() - began
