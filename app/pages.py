"""The page for people: what the API offers, and a form to try it."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, current_app, render_template, url_for

from app.jobs import longest_count, queue

blueprint = Blueprint("pages", __name__)


@cache
def content_mark(folder: str, name: str) -> str:
    """A short hash of a static file, so that its address changes when its content does."""
    return sha256(Path(folder, name).read_bytes()).hexdigest()[:12]


def static_url(name: str) -> str:
    """The address of a static file of this very content."""
    folder = current_app.static_folder or ""
    return url_for("static", filename=name, v=content_mark(folder, name))


@blueprint.app_context_processor
def _template_names() -> dict[str, Any]:
    return {"static_url": static_url}


@blueprint.get("/")
def index() -> str:
    """Show the page; works without Redis."""
    return render_template("index.html", longest=longest_count(queue().config.job_timeout))


def register(app: Flask) -> None:
    """Add these addresses to the application."""
    app.register_blueprint(blueprint)
