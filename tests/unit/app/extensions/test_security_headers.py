from __future__ import annotations

import contextlib

import pytest
from flask import Flask
from flask.testing import FlaskClient

ANSWERS = ["/", "/date/", "/sign-in", "/nowhere", "/static/page.css", "/dashboard/", "/docs"]


def policy(header: str) -> dict[str, list[str]]:
    parts = [part.split() for part in header.split(";")]
    return {name: sources for name, *sources in parts}


@pytest.mark.parametrize("path", ANSWERS)
def test_every_answer_tells_browsers_what_it_may_do(client: FlaskClient, path: str) -> None:
    with contextlib.closing(client.get(path)) as response:
        rules = policy(response.headers["Content-Security-Policy"])
        assert rules["default-src"] == rules["base-uri"] == rules["frame-ancestors"] == ["'none'"]
        assert rules["script-src"] == rules["style-src"] == rules["connect-src"] == ["'self'"]
        assert rules["form-action"] == ["'self'"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "same-origin"
        assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "camera=()" in response.headers["Permissions-Policy"]


def test_a_view_may_have_a_policy_of_its_own(app: Flask) -> None:
    @app.get("/other")
    def other() -> tuple[str, dict[str, str]]:
        return "", {"Content-Security-Policy": "default-src 'self'"}

    policies = app.test_client().get("/other").headers.getlist("Content-Security-Policy")
    assert policies == ["default-src 'self'"]
