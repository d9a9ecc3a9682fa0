"""Signing in and out: for the pages that show more than the API does.

The API needs neither, but to end a job of somebody else. No other site's page can send the cookie
along with a request that changes something.
"""

from __future__ import annotations

from typing import Any

from flask import (
    Blueprint,
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
from redis.exceptions import RedisError

from app.sign_in import authentication
from app.sign_in.authentication import TOKEN, is_signed_in
from app.sign_in.forms import SignInForm, SignOutForm, form_error, own_path

UNAVAILABLE = "Signing in does not work at the moment. Please try again soon."
RETRY_AFTER = 5  # seconds; about what a restart of Redis takes

blueprint = Blueprint("sign_in", __name__)


@blueprint.get("/sign-in")
def form() -> Response:
    """Show the form, or who is signed in."""
    try:
        signed_in = is_signed_in()
    except RedisError:
        return _page(503, form=SignInForm(), error=UNAVAILABLE)
    if signed_in:
        return _page(signed_in=True, form=SignOutForm())
    return _page(form=SignInForm(), signed_out="left" in request.args)


@blueprint.post("/sign-in")
def sign_in() -> ResponseReturnValue:
    """Let in whoever knows name and password; say why not to anyone else."""
    form = SignInForm()
    if not authentication.current().account.exists:
        return _page(403, form=form)
    if not form.validate():
        return _page(400, form=form, error=form_error(form))
    address = request.remote_addr or ""
    try:
        wait = authentication.current().attempts.wait(address)
        if wait:
            return _too_often(form, wait)
        if not authentication.current().account.matches(form.name.data, form.password.data):
            current_app.logger.warning("a wrong name or password from %s", address)
            return _page(401, form=form, error="The user name or the password is wrong.")
        authentication.current().attempts.forget(address)
        token = authentication.current().sessions.begin()
    except RedisError as error:
        current_app.logger.warning("signing in needs Redis: %s", type(error).__name__)
        return _page(503, {"Retry-After": RETRY_AFTER}, form=form, error=UNAVAILABLE)
    session.clear()  # nothing from before signing in is trusted after it
    session.permanent = True
    session[TOKEN] = token
    target = own_path(request.args.get("next", "")) or url_for("rq_dashboard.queues_overview")
    return redirect(target, 303)


@blueprint.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End the session, for every copy of its cookie."""
    form = SignOutForm()
    if not form.validate():
        return _page(400, signed_in=True, form=form, error=form_error(form))
    token = session.pop(TOKEN, None)
    if token:
        authentication.current().sessions.end(token)
    session.clear()
    return redirect(url_for("sign_in.form", left=""), 303)


def _too_often(form: SignInForm, wait: int) -> Response:
    minutes = -(-wait // 60)
    text = f"Too many attempts. Please try again in {minutes} min."
    return _page(429, {"Retry-After": wait}, form=form, error=text)


def _page(status: int = 200, headers: dict[str, Any] | None = None, **shown: Any) -> Response:
    page = render_template("sign_in.html", account=authentication.current().account, **shown)
    response = make_response(page, status, headers or {})
    response.cache_control.no_store = True
    return response
