"""What uWSGI and gunicorn import. An incomplete environment ends it with one line."""

from __future__ import annotations

from app import create_app, logs, processes
from app.config import ConfigError

logs.configure("web")
processes.share()
try:
    application = create_app()
except ConfigError as error:
    raise SystemExit(f"the application does not start: {error}") from None
