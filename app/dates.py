"""Tells the date."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Flask, Response, jsonify
from pydantic import BaseModel, Field

from app.description import described

blueprint = Blueprint("dates", __name__)


class Date(BaseModel):
    """Today's date."""

    date: str = Field(pattern="^[0-9]{2}-[0-9]{2}-[0-9]{4}$", examples=["21-11-2026"])


@blueprint.get("/date/")
@described({200: Date})
def today() -> Response:
    """Today's date where the server is, as day-month-year."""
    response = jsonify(date=date.today().strftime("%d-%m-%Y"))
    response.cache_control.no_store = True
    return response


def register(app: Flask) -> None:
    """Add these addresses to the application."""
    app.register_blueprint(blueprint)
