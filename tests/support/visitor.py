"""A browser that visits the application by way of nginx, to sign in and out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

PASSWORD = "a password that the tests made"  # noqa: S105  # for the tests' own account
HTTPS = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.5"}
Visit = Callable[..., "Visitor"]


@dataclass
class Visitor:
    """A browser that comes by way of nginx."""

    client: FlaskClient

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(path, base_url="https://localhost", headers={**HTTPS, **headers})

    def post(self, path: str, address: str = "203.0.113.5", **data: str) -> TestResponse:
        headers = {**HTTPS, "X-Forwarded-For": address}
        return self.client.post(path, base_url="https://localhost", headers=headers, data=data)

    def token(self) -> str:
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get("/sign-in").text)
        assert found
        return found[1]

    def sign_in(
        self, password: str = PASSWORD, name: str = "admin", path: str = "/sign-in", **more: str
    ) -> TestResponse:
        form = {"csrf_token": self.token(), "name": name, "password": password}
        return self.post(path, **form, **more)

    @property
    def is_inside(self) -> bool:
        return self.get("/dashboard/").status_code == 200
