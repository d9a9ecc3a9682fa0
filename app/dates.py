"""Tells the date."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Flask, Response, jsonify

blueprint = Blueprint("dates", __name__)


@blueprint.get("/date/")
def today() -> Response:
    """Today's date where the server is, as day-month-year."""
    response = jsonify(date=date.today().strftime("%d-%m-%Y"))
    response.cache_control.no_store = True
    return response


def register(app: Flask) -> None:
    """Add these addresses to the application."""
    app.register_blueprint(blueprint)
