"""The page for people: what the API offers, a request to try, and the jobs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, render_template, send_from_directory, url_for

from app.extensions import job_queue
from app.views.jobs import max_count

DAY = 86_400  # seconds

blueprint = Blueprint("pages", __name__)


@blueprint.app_context_processor
def _template_names() -> dict[str, Any]:
    has_page = "openapi.page" in current_app.view_functions
    return {"api_page": url_for("openapi.page") if has_page else None}


@blueprint.get("/")
def index() -> str:
    """Show the page; works without Redis."""
    return render_template("index.html", max_count=max_count(job_queue.current().config))


@blueprint.get("/favicon.ico")
def icon() -> Response:
    """Send the icon, for which browsers ask here whatever a page says."""
    name = url_for("static", filename="favicon.ico").rpartition("/")[2]  # it may have a digest
    return send_from_directory(str(current_app.static_folder), name, max_age=DAY)
