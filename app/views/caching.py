"""Keeps answers out of caches."""

from __future__ import annotations

from flask import Response


def no_store(response: Response) -> Response:
    """The answer, with word to browsers and proxies not to keep it."""
    response.cache_control.no_store = True
    return response
