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
    from werkzeug.middleware.proxy_fix import ProxyFix

    from app import (
        cors,
        dashboard,
        dates,
        description,
        health,
        jobs,
        metrics,
        pages,
        problems,
        request_ids,
        security_headers,
        sign_in,
        squares,
        static_files,
    )
    from app.config import Config
    from app.connection import web_client
    from app.queue import JobQueue

    config = config or Config.from_environment(os.environ)
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=config.secret_key,
        MAX_CONTENT_LENGTH=64 * 1024,  # bytes; the largest body any route has a use for
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]  # only the default provider
    app.url_map.strict_slashes = False  # a redirect would lose the body of a POST
    # nginx, the only way in, sets both headers to one value each; a client's own go no further.
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)  # type: ignore[method-assign]
    client = web_client(config)
    app.extensions["slipway"] = JobQueue(client, config)
    request_ids.register(app)
    problems.register(app)
    metrics.register(app)
    security_headers.register(app)
    cors.register(app, config)
    static_files.register(app, config)
    pages.register(app)
    squares.register(app)
    dates.register(app)
    jobs.register(app)
    health.register(app)
    description.register(app)
    sign_in.register(app, config, client)
    dashboard.register(app, client)
    return app
