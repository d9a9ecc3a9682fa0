"""Who signs in, and whether a request comes from someone who has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask import Flask, current_app, session
from redis import Redis

from app.config import Config
from app.sign_in.attempts import Attempts
from app.sign_in.sessions import LIFETIME, Account, Sessions

TOKEN = "token"  # noqa: S105  # its name in the cookie


@dataclass(frozen=True)
class Authentication:
    """The account, its sessions, and the attempts to sign in."""

    account: Account
    sessions: Sessions
    attempts: Attempts


def init_app(app: Flask, config: Config, client: Redis) -> None:
    """Give the application an account to sign in with, and say how the session's cookie is set."""
    account = Account(config)
    app.extensions["authentication"] = Authentication(
        account, Sessions(client, account), Attempts(client)
    )
    app.config.update(
        # Browsers take a __Host- cookie over HTTPS only, and from this very host only.
        SESSION_COOKIE_NAME="session" if config.insecure_cookies else "__Host-session",
        SESSION_COOKIE_SECURE=not config.insecure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=timedelta(seconds=LIFETIME),
    )


def current() -> Authentication:
    """That of the application that answers this request."""
    authentication: Authentication = current_app.extensions["authentication"]
    return authentication


def is_signed_in() -> bool:
    """Whether this request comes from someone signed in. Raises RedisError."""
    token: str = session.get(TOKEN, "")
    return bool(token) and current().sessions.is_valid(token)
