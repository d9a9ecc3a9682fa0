"""Tells the date."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, jsonify
from pydantic import BaseModel, Field

from app.extensions.openapi import described
from app.views.caching import no_store

blueprint = Blueprint("dates", __name__)


class Date(BaseModel):
    """Today's date."""

    date: str = Field(pattern="^[0-9]{2}-[0-9]{2}-[0-9]{4}$", examples=["21-11-2026"])


@blueprint.get("/date/")
@described({200: Date})
def today() -> Response:
    """Today's date where the server is, as day-month-year."""
    return no_store(jsonify(date=date.today().strftime("%d-%m-%Y")))
