"""Tells browsers what pages may do: load from this host only, and run nothing but our own files."""

from __future__ import annotations

from flask import Flask, Response

# HSTS is nginx's: it belongs to the host's name, not to the application behind it.
_SOURCES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


def content_security_policy(**more: str) -> str:
    """Make the strict policy, or one that also allows more: `script_src="'unsafe-eval'"`."""
    added = {name.replace("_", "-"): f" {sources}" for name, sources in more.items()}
    return "; ".join(f"{name} {at}{added.get(name, '')}" for name, at in _SOURCES.items())


HEADERS = {
    "Content-Security-Policy": content_security_policy(),
    "X-Content-Type-Options": "nosniff",
    # The referrer stays within the site: forms are checked by it, other hosts learn nothing.
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",  # for browsers that do not know frame-ancestors
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def init_app(app: Flask) -> None:
    """Put the headers on every answer of an application, errors included."""
    app.after_request(_protect)


def _protect(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)  # a view that needs another policy has set it
    return response
