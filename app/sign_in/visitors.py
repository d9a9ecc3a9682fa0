"""Whose a job is: a token that its starter gets, in a cookie and in the answer.

Whoever has the token may end the job or run it again, as may whoever is signed in. Redis keeps a
digest of the token alone.
"""

from __future__ import annotations

import hashlib
import re
import secrets

from flask import Response, current_app, request

from app.config import Config
from app.jobs.asker import Asker
from app.sign_in.attempts import one_person
from app.sign_in.authentication import is_signed_in

HEADER = "X-Job-Token"  # for programs, which keep no cookies
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def given_token() -> str | None:
    """The token that this request brings, if any."""
    token = request.headers.get(HEADER) or request.cookies.get(_cookie())
    return token if token and _TOKEN.fullmatch(token) else None


def new_token() -> str:
    """A token for someone who has none."""
    return secrets.token_urlsafe(32)


def asker(token: str | None = None) -> Asker:
    """Who sends this request. Raises RedisError."""
    token = token or given_token()
    owner = hashlib.sha256(token.encode()).hexdigest() if token else None
    return Asker(one_person(request.remote_addr or ""), owner, is_signed_in())


def remember(response: Response, token: str, config: Config) -> None:
    """Give the token to a browser, for as long as a job may be kept."""
    response.set_cookie(
        _cookie(),
        token,
        max_age=max(config.failure_ttl, config.result_ttl),
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
        httponly=True,
        samesite="Strict",
    )


def _cookie() -> str:
    # Browsers take a __Host- cookie over HTTPS only, and from this very host only.
    return "__Host-jobs" if current_app.config["SESSION_COOKIE_SECURE"] else "jobs"
