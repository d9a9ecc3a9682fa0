"""Says that this process answers."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, jsonify

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def alive() -> Response:
    """Answer without touching Redis: a restart of the web process would not mend Redis."""
    response = jsonify(status="ok")
    response.cache_control.no_store = True
    return response


def register(app: Flask) -> None:
    """Add these addresses to the application."""
    app.register_blueprint(blueprint)
