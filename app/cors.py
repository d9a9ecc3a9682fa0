"""What pages of other hosts may do here: nothing, or use the API where the settings name them.

Cookies are never allowed along: to another host's page, everyone is a stranger.
"""

from __future__ import annotations

from flask import Flask, Response, abort, current_app, request
from werkzeug.datastructures import HeaderSet

from app.config import Config

FOR_OURSELVES = {"sign_in", "rq_dashboard"}  # blueprints that no other host's page has a use for
REMEMBERED = 600  # seconds for which a browser need not ask again
SHOWN = ("Location", "Retry-After", "X-Request-ID")


def register(app: Flask, config: Config) -> None:
    """Refuse what other hosts' pages send, but for those hosts that the settings name."""
    app.extensions["cors"] = config
    app.before_request(_refuse_strangers)
    if config.cors_origins:
        app.after_request(_allow)


def _refuse_strangers() -> None:
    """End a request that another host's page sends to change something.

    A browser says where it comes from with each such request, a plain form's included.
    """
    origin = request.headers.get("Origin")
    if request.method in {"GET", "HEAD", "OPTIONS"} or origin is None:
        return
    if origin != request.host_url.rstrip("/") and not _is_welcome(origin):
        abort(403, "A page of another host may not ask this.")


def _is_welcome(origin: str) -> bool:
    config: Config = current_app.extensions["cors"]
    named = "*" in config.cors_origins or origin in config.cors_origins
    return named and request.blueprint not in FOR_OURSELVES


def _allow(response: Response) -> Response:
    config: Config = current_app.extensions["cors"]
    if request.blueprint in FOR_OURSELVES:
        return response
    anyone = "*" in config.cors_origins
    origin = "*" if anyone else request.headers.get("Origin", "")
    if not anyone:
        response.vary.add("Origin")  # also when refused: a cache must not mix the two up
    if not _is_welcome(origin):
        return response
    response.access_control_allow_origin = origin
    response.access_control_expose_headers = HeaderSet(SHOWN)
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        response.access_control_allow_methods = HeaderSet(config.cors_methods)
        response.access_control_allow_headers = HeaderSet(config.cors_headers)
        response.access_control_max_age = REMEMBERED
    return response
