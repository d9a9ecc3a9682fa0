"""What uWSGI and gunicorn import. An incomplete environment ends it with one line."""

from __future__ import annotations

from app import create_app, logs, multiprocess_metrics
from app.config import ConfigError

logs.configure("web")
multiprocess_metrics.enable()
try:
    application = create_app()
except ConfigError as error:
    raise SystemExit(f"the application does not start: {error}") from None
