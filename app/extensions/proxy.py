"""What nginx tells of a client: its address, and whether it came by HTTPS."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix


def init_app(app: Flask) -> None:
    """Believe one `X-Forwarded-For` and one `X-Forwarded-Proto`, and no other header.

    nginx, the only way in, sets both headers to one value each; a client's own go no further.
    """
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)  # type: ignore[method-assign]
