"""rq-dashboard at /dashboard, for those signed in.

It knows nothing of JSON jobs, sign-in or a strict policy for its scripts; all that is added here.
"""

from __future__ import annotations

import secrets
from functools import partial
from types import SimpleNamespace
from urllib.parse import urlencode

import rq_dashboard
from flask import (
    Flask,
    Response,
    abort,
    current_app,
    redirect,
    render_template,
    request,
    url_for,
)
from redis import Redis
from rq.exceptions import NoSuchJobError
from rq.job import Job, requeue_job
from rq.worker import Worker
from rq_dashboard import web
from werkzeug.wrappers import Response as AnyResponse

from app.problems import problem
from app.queue import SERIALIZER
from app.security_headers import content_security_policy
from app.sign_in import signed_in
from app.sign_in_forms import SignOutForm

BLUEPRINT = "rq_dashboard"
SCRIPT = '<script type="text/javascript">'  # the one script in its pages that is not a file


def _adapt() -> None:
    """Give rq-dashboard our serializer and connection, by the names that its module uses."""
    web.config.serializer = SERIALIZER
    web.Job = SimpleNamespace(fetch=partial(Job.fetch, serializer=SERIALIZER))
    web.Worker = SimpleNamespace(all=partial(Worker.all, serializer=SERIALIZER))
    web.requeue_job = partial(requeue_job, serializer=SERIALIZER)
    # It would make a client, with a pool of connections, for every request.
    web.from_url = lambda *_arguments, **_options: (None, current_app.extensions["dashboard"])


def register(app: Flask, client: Redis) -> None:
    """Mount the dashboard."""
    _adapt()
    app.extensions["dashboard"] = client
    app.redis_conn = client  # type: ignore[attr-defined]  # where rq-dashboard looks for it
    app.config["RQ_DASHBOARD_REDIS_URL"] = ["Redis"]  # a name to show; the client above is used
    app.before_request(_guard)
    app.after_request(_finish)
    app.register_error_handler(NoSuchJobError, _no_such_job)
    app.register_blueprint(rq_dashboard.blueprint, url_prefix="/dashboard")


def _guard() -> AnyResponse | None:
    if request.blueprint != BLUEPRINT:
        return None
    if not signed_in():
        wants = request.accept_mimetypes
        if request.method != "GET" or wants["application/json"] > wants["text/html"]:
            abort(401, "Only those signed in may ask this.")
        target = request.full_path.rstrip("?")
        return redirect(f"{url_for('sign_in.ask')}?{urlencode({'next': target})}", 303)
    if (request.view_args or {}).get("instance_number"):
        abort(404)  # there is one Redis
    if request.endpoint == f"{BLUEPRINT}.requeue_all" and request.method != "POST":
        abort(405, ["POST"], "A link must change nothing: send a POST.")
    if request.method == "POST" and "X-Requested-With" not in request.headers:
        abort(403, "Only the dashboard itself may ask this.")  # no other site's page can send it
    return None


def _finish(response: Response) -> Response:
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
    return problem(404, "There is no job of this id; finished jobs are kept for a while only.")
