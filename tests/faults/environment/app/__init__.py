"""An application as others write them: it reads URLs from its environment, and no secret file."""

from __future__ import annotations

import os

from flask import Flask, Response, jsonify, request
from redis import Redis

from . import clients, notes


def create_app() -> Flask:
    """Make the application; what it needs to know stands in its environment."""
    app = Flask(__name__)
    app.secret_key = os.environ["SECRET_KEY"]
    app.add_url_rule("/healthz", "healthz", lambda: "ok")
    app.add_url_rule("/told", view_func=told)
    app.add_url_rule("/ping", view_func=ping)
    app.add_url_rule("/reached", view_func=reached)
    if "DATABASE_URL" in os.environ:
        notes.register(app)
    clients.register(app)
    return app


def told() -> Response:
    """The values of the variables that are asked for."""
    return jsonify({name: os.environ.get(name) for name in request.args.getlist("name")})


def ping() -> Response:
    client = Redis.from_url(os.environ["REDIS_URL"], socket_timeout=2, socket_connect_timeout=2)
    return jsonify(client.ping())


def reached() -> Response:
    """What each library gets back that it has given to Redis."""
    return jsonify(clients.reached())
