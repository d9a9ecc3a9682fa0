"""Signing in and out: for the pages that show more than the API does.

The API needs neither: it reads no cookie, so there is nothing that another site's page could abuse.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from redis import Redis
from redis.exceptions import RedisError

from app.config import Config
from app.sign_in_attempts import Attempts
from app.sign_in_forms import SignInForm, SignOutForm, complaint, own_path
from app.sign_in_sessions import LIFETIME, Account, Sessions

TOKEN = "token"  # noqa: S105  # its name in the cookie
NOT_NOW = "Signing in does not work at the moment. Please try again soon."
RETRY_AFTER = 5  # seconds; about what a restart of Redis takes

blueprint = Blueprint("sign_in", __name__)


@dataclass(frozen=True)
class Door:
    """What signing in takes."""

    account: Account
    sessions: Sessions
    attempts: Attempts


def door() -> Door:
    """What signing in takes, in the application that answers this request."""
    found: Door = current_app.extensions["sign_in"]
    return found


def signed_in() -> bool:
    """Whether this request comes from someone signed in. Raises RedisError."""
    token: str = session.get(TOKEN, "")
    return bool(token) and door().sessions.hold(token)


@blueprint.get("/sign-in")
def ask() -> Response:
    """Show the form, or who is signed in."""
    try:
        inside = signed_in()
    except RedisError:
        return _page(503, form=SignInForm(), complaint=NOT_NOW)
    if inside:
        return _page(inside=True, form=SignOutForm())
    return _page(form=SignInForm(), left="left" in request.args)


@blueprint.post("/sign-in")
def enter() -> ResponseReturnValue:
    """Let in whoever knows name and password; say why not to anyone else."""
    form = SignInForm()
    if not door().account.exists:
        return _page(403, form=form)
    if not form.validate():
        return _page(400, form=form, complaint=complaint(form))
    address = request.remote_addr or ""
    try:
        wait = door().attempts.wait(address)
        if wait:
            return _too_often(form, wait)
        if not door().account.admits(form.name.data, form.password.data):
            current_app.logger.warning("a wrong name or password from %s", address)
            return _page(401, form=form, complaint="The user name or the password is wrong.")
        door().attempts.forget(address)
        token = door().sessions.begin()
    except RedisError as error:
        current_app.logger.warning("signing in needs Redis: %s", type(error).__name__)
        return _page(503, {"Retry-After": RETRY_AFTER}, form=form, complaint=NOT_NOW)
    session.clear()  # nothing from before signing in is trusted after it
    session.permanent = True
    session[TOKEN] = token
    target = own_path(request.args.get("next", "")) or url_for("rq_dashboard.queues_overview")
    return redirect(target, 303)


@blueprint.post("/sign-out")
def leave() -> ResponseReturnValue:
    """End the session, for every copy of its cookie."""
    form = SignOutForm()
    if not form.validate():
        return _page(400, inside=True, form=form, complaint=complaint(form))
    token = session.pop(TOKEN, None)
    if token:
        door().sessions.end(token)
    session.clear()
    return redirect(url_for("sign_in.ask", left=""), 303)


def _too_often(form: SignInForm, wait: int) -> Response:
    minutes = -(-wait // 60)
    text = f"Too many attempts. Please try again in {minutes} min."
    return _page(429, {"Retry-After": wait}, form=form, complaint=text)


def _page(status: int = 200, headers: dict[str, Any] | None = None, **shown: Any) -> Response:
    page = render_template("sign_in.html", account=door().account, **shown)
    response = make_response(page, status, headers or {})
    response.cache_control.no_store = True
    return response


def register(app: Flask, config: Config, client: Redis) -> None:
    """Add the pages, and what the cookie of a session is like."""
    account = Account(config)
    app.extensions["sign_in"] = Door(account, Sessions(client, account), Attempts(client))
    app.config.update(
        # Browsers take a __Host- cookie over HTTPS only, and from this very host only.
        SESSION_COOKIE_NAME="session" if config.insecure_cookies else "__Host-session",
        SESSION_COOKIE_SECURE=not config.insecure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=timedelta(seconds=LIFETIME),
    )
    app.register_blueprint(blueprint)
