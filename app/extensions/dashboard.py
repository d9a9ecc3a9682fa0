"""rq-dashboard at /dashboard, for those signed in.

It knows nothing of JSON jobs, sign-in or a strict policy for its scripts; all that is added here.
"""

from __future__ import annotations

import secrets
from urllib.parse import urlencode

import rq_dashboard
from flask import (
    Flask,
    Response,
    abort,
    redirect,
    render_template,
    request,
    url_for,
)
from redis import Redis
from rq.exceptions import NoSuchJobError
from werkzeug.wrappers import Response as AnyResponse

from app.extensions import rq_dashboard_patches
from app.extensions.problems import problem
from app.extensions.rq_dashboard_patches import BLUEPRINT, SCRIPT
from app.extensions.security_headers import content_security_policy
from app.sign_in.authentication import is_signed_in
from app.sign_in.forms import SignOutForm


def init_app(app: Flask, client: Redis) -> None:
    """Mount the dashboard."""
    rq_dashboard_patches.apply(app, client)
    app.before_request(_guard)
    app.after_request(_adapt_page)
    app.register_error_handler(NoSuchJobError, _no_such_job)
    app.register_blueprint(rq_dashboard.blueprint, url_prefix="/dashboard")


def _guard() -> AnyResponse | None:
    if request.blueprint != BLUEPRINT:
        return None
    if not is_signed_in():
        wants = request.accept_mimetypes
        if request.method != "GET" or wants["application/json"] > wants["text/html"]:
            abort(401, "Sign in first.")
        target = request.full_path.rstrip("?")
        return redirect(f"{url_for('sign_in.form')}?{urlencode({'next': target})}", 303)
    if (request.view_args or {}).get("instance_number"):
        abort(404)  # there is one Redis
    if request.endpoint == f"{BLUEPRINT}.requeue_all" and request.method != "POST":
        abort(405, ["POST"], "A link must not change anything: use POST.")
    if request.method == "POST" and "X-Requested-With" not in request.headers:
        # No other site's page can send this header.
        abort(403, "Only the dashboard's own pages may send this request.")
    return None


def _adapt_page(response: Response) -> Response:
    if request.blueprint != BLUEPRINT or response.mimetype != "text/html":
        return response
    if response.direct_passthrough or response.status_code != 200:
        return response
    nonce = secrets.token_urlsafe(16)
    page = response.get_data(as_text=True)
    bar = render_template("dashboard_bar.html", form=SignOutForm())
    page = page.replace("<body>", "<body>" + bar, 1)
    response.set_data(page.replace(SCRIPT, SCRIPT.replace(">", f' nonce="{nonce}">')))
    # As loose as its scripts need: they compile templates and set styles.
    response.headers["Content-Security-Policy"] = content_security_policy(
        script_src=f"'nonce-{nonce}' 'unsafe-eval'", style_src="'unsafe-inline'", img_src="data:"
    )
    return response


def _no_such_job(_error: NoSuchJobError) -> Response:
    return problem(404, "There is no job with this id. Finished jobs are deleted after some time.")
