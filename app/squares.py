"""Squares a number."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, jsonify, request
from pydantic import BaseModel, ConfigDict, Field

from app.description import described
from app.requests import Whole, parse_query

# The square of a larger number is beyond 2**53, where readers of JSON lose digits.
LARGEST = 94_906_265

blueprint = Blueprint("squares", __name__)


class SquareQuery(BaseModel):
    """The parameters of a square."""

    model_config = ConfigDict(extra="forbid")
    value: Whole = Field(
        ge=-LARGEST, le=LARGEST, description=f"a whole number from -{LARGEST} to {LARGEST}"
    )


class Square(BaseModel):
    """The square of a number."""

    square: int = Field(alias="Value Squared", ge=0)


@blueprint.get("/api")
@described({200: Square}, 400, query=SquareQuery)
def square() -> Response:
    """Square a whole number."""
    value = parse_query(SquareQuery, request).value
    return jsonify({"Value Squared": value * value})


def register(app: Flask) -> None:
    """Add these addresses to the application."""
    app.register_blueprint(blueprint)
