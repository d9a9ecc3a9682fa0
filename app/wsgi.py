"""What uWSGI imports. An incomplete environment ends it with one line and not a traceback."""

from __future__ import annotations

from app import create_app
from app.config import ConfigError

try:
    application = create_app()
except ConfigError as error:
    raise SystemExit(f"the application does not start: {error}") from None
