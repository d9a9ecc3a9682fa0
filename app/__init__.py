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

    from app import dates, health, jobs, pages, problems, request_ids
    from app.config import Config
    from app.connection import web_client
    from app.queue import JobQueue

    config = config or Config.from_environment(os.environ)
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=config.secret_key,
        MAX_CONTENT_LENGTH=64 * 1024,  # bytes; the largest body any route has a use for
        SEND_FILE_MAX_AGE_DEFAULT=86_400,  # seconds; an address changes with its file
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]  # only the default provider
    app.url_map.strict_slashes = False  # a redirect would lose the body of a POST
    app.extensions["slipway"] = JobQueue(web_client(config), config)
    request_ids.register(app)
    problems.register(app)
    pages.register(app)
    dates.register(app)
    jobs.register(app)
    health.register(app)
    return app
