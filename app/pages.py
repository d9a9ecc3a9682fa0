"""The page for people: what the API offers, a request to try, and the jobs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, current_app, render_template, url_for

from app.jobs import longest_count, queue

blueprint = Blueprint("pages", __name__)


@blueprint.app_context_processor
def _template_names() -> dict[str, Any]:
    has_description = "description.page" in current_app.view_functions
    return {"api_page": url_for("description.page") if has_description else None}


@blueprint.get("/")
def index() -> str:
    """Show the page; works without Redis."""
    return render_template("index.html", longest=longest_count(queue().config.job_timeout))


def register(app: Flask) -> None:
    """Add these addresses to the application."""
    app.register_blueprint(blueprint)
