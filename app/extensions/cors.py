"""What pages of other hosts may do here: nothing, or use the API where the settings name them.

Cookies are never allowed along: to another host's page, everyone is a stranger.
"""

from __future__ import annotations

from flask import Flask, Response, abort, current_app, request
from werkzeug.datastructures import HeaderSet

from app.config import Config

SAME_ORIGIN_ONLY = {"sign_in", "rq_dashboard"}  # blueprints; no other host's page may ask them
MAX_AGE = 600  # seconds for which a browser need not ask again
EXPOSED_HEADERS = ("Location", "Retry-After", "X-Request-ID")


def init_app(app: Flask, config: Config) -> None:
    """Refuse what other hosts' pages send, but for those hosts that the settings name."""
    app.extensions["cors"] = config
    app.before_request(_refuse_other_origins)
    if config.cors_origins:
        app.after_request(_add_headers)


def _refuse_other_origins() -> None:
    """End a request that another host's page sends to change something.

    A browser says where it comes from with each such request, a plain form's included.
    """
    origin = request.headers.get("Origin")
    if request.method in {"GET", "HEAD", "OPTIONS"} or origin is None:
        return
    if origin != request.host_url.rstrip("/") and not _is_allowed(origin):
        abort(403, "Requests from pages of other sites are not allowed here.")


def _is_allowed(origin: str) -> bool:
    config: Config = current_app.extensions["cors"]
    named = "*" in config.cors_origins or origin in config.cors_origins
    return named and request.blueprint not in SAME_ORIGIN_ONLY


def _add_headers(response: Response) -> Response:
    config: Config = current_app.extensions["cors"]
    if request.blueprint in SAME_ORIGIN_ONLY:
        return response
    anyone = "*" in config.cors_origins
    origin = "*" if anyone else request.headers.get("Origin", "")
    if not anyone:
        response.vary.add("Origin")  # also when refused: a cache must not mix the two up
    if not _is_allowed(origin):
        return response
    response.access_control_allow_origin = origin
    response.access_control_expose_headers = HeaderSet(EXPOSED_HEADERS)
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        response.access_control_allow_methods = HeaderSet(config.cors_methods)
        response.access_control_allow_headers = HeaderSet(config.cors_headers)
        response.access_control_max_age = MAX_AGE
    return response
