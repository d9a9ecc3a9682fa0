"""The Flask application: a factory, so that every process and every test makes its own.

Flask is imported late: the worker and its health check live in this package and need none of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from app.config import Config


def create_app(config: Config | None = None) -> Flask:
    """Make the application from `config`, or from the environment when there is none.

    Connects to nothing yet. Raises ConfigError when the environment is incomplete.
    """
    import os

    from flask import Flask

    from app.config import Config

    config = config or Config.from_environment(os.environ)
    app = Flask(__name__)
    app.config.from_mapping(
        SECRET_KEY=config.secret_key,
        MAX_CONTENT_LENGTH=64 * 1024,  # bytes; the largest body any route has a use for
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]  # only the default provider
    app.url_map.strict_slashes = False  # a redirect would lose the body of a POST
    _add_extensions(app, config)
    _add_blueprints(app)
    return app


def _add_extensions(app: Flask, config: Config) -> None:
    """Add what every request and answer passes; the order is the one in which requests do."""
    from app.extensions import (
        cors,
        dashboard,
        job_queue,
        metrics,
        problems,
        proxy,
        request_ids,
        security_headers,
        static_files,
    )
    from app.sign_in import authentication
    from steady_rq.connection import impatient_client

    client = impatient_client(config.redis)
    proxy.init_app(app)
    request_ids.init_app(app)
    problems.init_app(app)
    metrics.init_app(app)
    security_headers.init_app(app)
    cors.init_app(app, config)
    static_files.init_app(app, config)
    job_queue.init_app(app, config, client)
    authentication.init_app(app, config, client)
    dashboard.init_app(app, client)


def _add_blueprints(app: Flask) -> None:
    from app.extensions import openapi
    from app.sign_in import views as sign_in
    from app.views import dates, health, jobs, pages, squares

    app.register_blueprint(pages.blueprint)
    app.register_blueprint(squares.blueprint)
    app.register_blueprint(dates.blueprint)
    app.register_blueprint(jobs.blueprint)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(openapi.blueprint)
    app.register_blueprint(sign_in.blueprint)
