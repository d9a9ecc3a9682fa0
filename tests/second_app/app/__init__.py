"""Another application: notes in SQLite, written in Markdown, and dumps of them by a job.

Like the server of a single-page application, it answers any other address with its one page.
"""

from __future__ import annotations

import os
from pathlib import Path

import markdown
from flask import Flask, Response, abort, jsonify, request
from flask.typing import ResponseReturnValue

from . import dumps, notes


def create_app() -> Flask:
    """Make the application; what it needs to know stands in its environment."""
    app = Flask(__name__)
    app.secret_key = Path(os.environ["SECRET_KEY_FILE"]).read_text()
    app.add_url_rule("/up", view_func=up)
    app.add_url_rule("/notes", view_func=show_notes)
    app.add_url_rule("/notes", view_func=add_note, methods=["POST"])
    app.add_url_rule("/migrations", view_func=show_migrations)
    app.add_url_rule("/dumps", view_func=start_dump, methods=["POST"])
    app.add_url_rule("/dumps/<job_id>", view_func=show_dump)
    app.add_url_rule("/", view_func=page, defaults={"address": ""})
    app.add_url_rule("/<path:address>", view_func=page)
    return app


def up() -> str:
    return "up"


def show_notes() -> Response:
    return jsonify([markdown.markdown(text) for text in notes.texts()])


def add_note() -> ResponseReturnValue:
    invitation = Path(os.environ["INVITATION_FILE"]).read_text()
    if request.headers.get("X-Invitation") != invitation:
        abort(403)
    notes.add(request.get_data(as_text=True))
    return "", 201


def show_migrations() -> Response:
    return jsonify(notes.migrations())


def start_dump() -> ResponseReturnValue:
    return jsonify(id=dumps.start()), 202


def show_dump(job_id: str) -> Response:
    return jsonify(dumps.report(job_id))


def page(address: str) -> str:  # noqa: ARG001  # it is the same at every address
    return "<!doctype html><title>Notes</title><p>Notes</p>"
